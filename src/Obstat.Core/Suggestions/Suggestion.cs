using System.Collections.Immutable;

namespace Obstat.Core.Suggestions;

/// <summary>A drafted policy. It was decided again before it is shown: what it covers is allowed with it, and was not before.</summary>
/// <param name="Id">The id of the drafted permit.</param>
/// <param name="Text">The permit.</param>
/// <param name="Narrows">The forbids that get one more exception, by id.</param>
/// <param name="Covers">The entries of the refusals that it would allow, sorted.</param>
/// <param name="AlsoAllows">What it would allow beside them, in words; empty where it allows these calls alone, repeated.</param>
public sealed record Suggestion(string Id, string Text, ImmutableArray<string> Narrows, ImmutableArray<long> Covers, ImmutableArray<string> AlsoAllows);
