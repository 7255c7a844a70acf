namespace Obstat.Console.Api;

/// <summary>A snapshot that came into force.</summary>
/// <param name="Entry">The entry that says so.</param>
/// <param name="Time">When, to the minute.</param>
/// <param name="Digest">Digest of its law, hex.</param>
public sealed record PublicActivationView(long Entry, DateTimeOffset Time, string Digest);
