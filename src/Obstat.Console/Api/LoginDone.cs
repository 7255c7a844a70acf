namespace Obstat.Console.Api;

/// <summary>A session began.</summary>
/// <param name="Session">Its secret: 256 random bits.</param>
/// <param name="Ends">When it ends whatever happens.</param>
public sealed record LoginDone(string Session, DateTimeOffset Ends);
