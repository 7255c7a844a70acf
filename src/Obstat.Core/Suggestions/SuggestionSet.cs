using System.Collections.Immutable;
using Obstat.Core.Decisions;

namespace Obstat.Core.Suggestions;

/// <summary>What was drafted from refusals. Drafting changes nothing: the files are texts until somebody puts them in force.</summary>
/// <param name="Drafted">The drafts, in the order of their ids.</param>
/// <param name="Files">The policy folder with the drafts in it.</param>
/// <param name="Left">The refusals that no draft covers, by entry, each with the reason.</param>
public sealed record SuggestionSet(ImmutableArray<Suggestion> Drafted, ImmutableArray<LawFile> Files, ImmutableSortedDictionary<long, string> Left);
