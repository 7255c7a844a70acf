using Obstat.Proof;

namespace Obstat.Core.Identities;

/// <summary>The part <em>directory</em> of a snapshot: people, teams and workloads of a feed. There is no feed yet, so it is the empty one.</summary>
public sealed class PrincipalDirectory
{
    private PrincipalDirectory(byte[] bytes) => (Bytes, Digest) = (bytes, Digest.Of(bytes));

    /// <summary>The directory without entities.</summary>
    public static PrincipalDirectory Empty { get; } = new("[]"u8.ToArray());

    /// <summary>The bytes that <see cref="Digest"/> is of.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of <see cref="Bytes"/>.</summary>
    public Digest Digest { get; }
}
