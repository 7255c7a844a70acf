using System.Collections.Immutable;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// The rows of the enforcement state, by part. Their digests stand in every head row and in each <c>state</c> entry: what is kept of the state elsewhere is never believed without them.
/// Parts of features that do not exist yet are empty. Immutable.
/// </summary>
public sealed class StateParts
{
    /// <summary>Highest seq of a signed bundle: one row <c>["law", seq]</c>.</summary>
    public const string Bundles = "bundles";

    /// <summary>Permitted executions whose outcome nobody told yet: the key of a row is the jti.</summary>
    public const string Outcomes = "outcomes";

    /// <summary>Leases that are not over: the key of a row is the lease.</summary>
    public const string Leases = "leases";

    /// <summary>What is revoked: the key of a row is <c>[kind, match]</c>.</summary>
    public const string Revocations = "revocations";

    /// <summary>What is halted: the key of a row is <c>[kind, match]</c>.</summary>
    public const string Halts = "halts";

    private readonly ImmutableSortedDictionary<string, StateTree> _parts;

    private StateParts(ImmutableSortedDictionary<string, StateTree> parts) => _parts = parts;

    /// <summary>No part has a row.</summary>
    public static StateParts Empty { get; } = new(StateDigests.Names.ToImmutableSortedDictionary(name => name, _ => StateTree.Empty, StringComparer.Ordinal));

    /// <summary>The part of that name. Throws for a name that is none.</summary>
    public StateTree this[string name] => _parts[name];

    /// <summary>The digest of each part and of all.</summary>
    public StateDigests Digests => _parts.Where(part => part.Value.Count > 0).Aggregate(StateDigests.Empty, (digests, part) => digests.With(part.Key, part.Value.Digest));

    internal StateParts With(string name, StateTree part)
        => _parts.ContainsKey(name) ? new(_parts.SetItem(name, part)) : throw new ArgumentException("no such part", nameof(name));
}
