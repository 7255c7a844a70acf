namespace Obstat.Storage.Indexing;

/// <summary>What became of an allowed decision.</summary>
/// <param name="Result">The outcome's result, or <c>orphaned</c>.</param>
/// <param name="Entry">Where it stands.</param>
public sealed record IndexedEnd(string Result, long Entry);
