using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The enforcement state by digest: the root of one hash tree for each part, always all nine parts.</summary>
public sealed record StateDigests
{
    /// <summary>Names of the parts, sorted.</summary>
    public static ImmutableArray<string> Names { get; } = ["approvals", "budgets", "bundles", "halts", "leases", "outcomes", "pins", "revocations", "tasks"];

    private readonly ImmutableSortedDictionary<string, Digest> _roots;

    private StateDigests(ImmutableSortedDictionary<string, Digest> roots)
    {
        _roots = roots;
        Digest = Proof.Digest.Of(ToJson());
    }

    /// <summary>The state of which every part is empty.</summary>
    public static StateDigests Empty { get; } = new(Names.ToImmutableSortedDictionary(n => n, _ => Proof.Digest.Of([]), StringComparer.Ordinal));

    /// <summary>SHA-256 of the canonical object of all roots: the state digest.</summary>
    public Digest Digest { get; }

    /// <summary>Root of a part. Throws for a name that is no part.</summary>
    public Digest this[string part] => _roots[part];

    /// <summary>This state with another root for a part. Throws for a name that is no part.</summary>
    public StateDigests With(string part, Digest root)
        => _roots.ContainsKey(part) ? new(_roots.SetItem(part, root)) : throw new ArgumentException($"the state has no part {part}", nameof(part));

    public bool Equals(StateDigests? other) => other is not null && Digest == other.Digest;

    public override int GetHashCode() => Digest.GetHashCode();

    /// <summary>The canonical bytes whose SHA-256 is <see cref="Digest"/>.</summary>
    public byte[] ToBytes() => ToJson().ToCanonicalBytes();

    /// <summary>Reads the canonical bytes, and no other spelling.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out StateDigests? digests)
    {
        digests = null;
        if (!StrictJson.TryParse(bytes, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        var read = Read(fields);
        digests = fields.Complete() && read.ToBytes().AsSpan().SequenceEqual(bytes) ? read : null;
        return digests is not null;
    }

    internal static StateDigests Read(JsonFields fields) => new(Names.ToImmutableSortedDictionary(n => n, n => fields.Digest(n), StringComparer.Ordinal));

    internal JsonValue ToJson() => JsonValue.Object([.. _roots.Select(r => (r.Key, r.Value.ToJson()))]);
}
