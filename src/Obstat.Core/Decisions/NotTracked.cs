using System.Collections.Immutable;
using Obstat.Cedar;

namespace Obstat.Core.Decisions;

/// <summary>
/// Members of the context that have a neutral value because nothing is counted or marked yet. A condition on one of them would always give the same answer, so it refuses the load:
/// a rule that cannot apply is not taken for one that does.
/// </summary>
internal static class NotTracked
{
    private static readonly ImmutableArray<ImmutableArray<string>> Members =
    [
        ["session", "used"], ["session", "calls"], ["session", "denials"], ["session", "age"], ["session", "unresolved"], ["session", "mark", "labels"],
        ["flow", "labels"], ["arg", "*", "labels"], ["budget"],
    ];

    /// <summary>The members that a policy reads, as paths in the context, in order.</summary>
    public static ImmutableSortedSet<string> ReadBy(Policy policy)
        => [.. from path in ContextMembers.ReadBy(policy)
               let member = Members.FirstOrDefault(m => m.Length <= path.Length && m.Zip(path).All(p => p.First == "*" || p.First == p.Second))
               where !member.IsDefault
               select "context." + string.Join('.', path.Take(member.Length))];
}
