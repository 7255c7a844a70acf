using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Json;

namespace Obstat.Core.Identities;

/// <summary>
/// The part <em>revocations</em> of a snapshot: an exact set. Monotone: nothing un-revokes. A principal is named by <see cref="Principal.PermitSubject"/>, a key by its thumbprint.
/// </summary>
public sealed class Revocations
{
    private readonly ImmutableSortedSet<string> _principals;
    private readonly ImmutableSortedSet<string> _keys;

    private Revocations(ImmutableSortedSet<string> principals, ImmutableSortedSet<string> keys)
    {
        (_principals, _keys) = (principals, keys);
        Bytes = JsonValue.Object(("keys", JsonValue.Strings(keys)), ("principals", JsonValue.Strings(principals)), ("v", JsonValue.Of(1))).ToCanonicalBytes();
        Digest = Digest.Of(Bytes.Span);
    }

    /// <summary>Nothing is revoked.</summary>
    public static Revocations Empty { get; } = new(ImmutableSortedSet.Create<string>(StringComparer.Ordinal), ImmutableSortedSet.Create<string>(StringComparer.Ordinal));

    /// <summary>The bytes that <see cref="Digest"/> is of.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public Digest Digest { get; }

    /// <summary>These revocations and one more principal.</summary>
    public Revocations WithPrincipal(string subject) => new(_principals.Add(subject), _keys);

    /// <summary>These revocations and one more key.</summary>
    public Revocations WithKey(string thumbprint) => new(_principals, _keys.Add(thumbprint));

    /// <summary>Whether the principal is revoked.</summary>
    public bool HoldsPrincipal(string subject) => _principals.Contains(subject);

    /// <summary>Whether the key is revoked.</summary>
    public bool HoldsKey(string thumbprint) => _keys.Contains(thumbprint);
}
