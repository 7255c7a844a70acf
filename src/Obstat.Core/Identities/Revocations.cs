using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Statements;

namespace Obstat.Core.Identities;

/// <summary>
/// The part <em>revocations</em> of a snapshot: an exact set of keyed digests, so that it names nobody. Monotone: nothing un-revokes. A principal is named by <see cref="Principal.PermitSubject"/>, a key by its thumbprint.
/// </summary>
public sealed class Revocations
{
    private readonly ImmutableHashSet<StopTarget> _targets;
    private readonly ReadOnlyMemory<byte> _pepper;

    private Revocations(ImmutableHashSet<StopTarget> targets, ReadOnlyMemory<byte> pepper)
    {
        (_targets, _pepper) = (targets, pepper);
        Bytes = JsonValue.Object(("targets", JsonValue.Array(targets.Select(t => t.ToKey()).OrderBy(k => k.ToString(), StringComparer.Ordinal))), ("v", JsonValue.Of(1))).ToCanonicalBytes();
        Digest = Digest.Of(Bytes.Span);
    }

    /// <summary>Nothing is revoked.</summary>
    public static Revocations Empty { get; } = new([], default);

    /// <summary>The bytes that <see cref="Digest"/> is of.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public Digest Digest { get; }

    /// <summary>How many there are.</summary>
    public int Count => _targets.Count;

    /// <summary>What a ledger holds as revoked.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="pepper">The tenant's pepper, under which they were made.</param>
    public static Revocations Of(ImmutableHashSet<StopTarget> targets, ReadOnlyMemory<byte> pepper) => new(targets, pepper);

    /// <summary>Reads <see cref="Bytes"/> again. Without the tenant's pepper nothing of it can be looked up by name.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Revocations? revocations)
    {
        revocations = null;
        if (!StrictJson.TryParse(bytes, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.Integer("v", 1, 1);
        var targets = ImmutableHashSet.CreateBuilder<StopTarget>();
        foreach (var item in fields.Array("targets", int.MaxValue))
        {
            if (!StopTarget.TryKey(item, out var target))
            {
                return false;
            }

            _ = targets.Add(target);
        }

        revocations = fields.Complete() ? new(targets.ToImmutable(), default) : null;
        return revocations is not null && revocations.Bytes.Span.SequenceEqual(bytes);
    }

    /// <summary>These revocations and one more.</summary>
    public Revocations With(Scope scope) => new(_targets.Add(StopTarget.Of(scope, _pepper.Span)), _pepper);

    /// <summary>Whether it is revoked.</summary>
    public bool Holds(Scope scope) => !_targets.IsEmpty && _targets.Contains(StopTarget.Of(scope, _pepper.Span));
}
