namespace Obstat.Console.Api;

/// <summary>Trades a one-time token for a session.</summary>
/// <param name="Token">The token of a login link.</param>
public sealed record LoginRequest(string Token);
