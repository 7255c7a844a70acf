namespace Obstat.Console.Api;

/// <summary>A published head.</summary>
/// <param name="Size">Entries that it covers.</param>
/// <param name="Root">Its root, hex.</param>
/// <param name="Witnesses">Signatures on it beside those of the log's own keys.</param>
public sealed record PublicHeadView(long Size, string Root, int Witnesses);
