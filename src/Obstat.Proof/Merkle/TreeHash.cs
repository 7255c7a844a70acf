using System.Buffers;

namespace Obstat.Proof.Merkle;

/// <summary>
/// The two hashes of the tree: a leaf is SHA-256(00 || leaf), a node SHA-256(01 || left || right). The first byte keeps a node from being shown as a leaf (RFC 6962 §2.1).
/// </summary>
public static class TreeHash
{
    private const int OnStackMax = 1_025; // bytes: prefix and the largest leaf we write

    /// <summary>Root of the tree without leaves: SHA-256 of nothing.</summary>
    public static Digest Empty { get; } = Digest.Of([]);

    /// <summary>The hash of a leaf, of any length.</summary>
    public static Digest Leaf(ReadOnlySpan<byte> leaf)
    {
        var length = leaf.Length + 1;
        if (length <= OnStackMax)
        {
            Span<byte> onStack = stackalloc byte[OnStackMax];
            return Prefixed(onStack[..length], leaf);
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        var digest = Prefixed(rented.AsSpan(0, length), leaf);
        ArrayPool<byte>.Shared.Return(rented);
        return digest;
    }

    /// <summary>The hash of the node above two nodes.</summary>
    public static Digest Node(in Digest left, in Digest right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Digest.Length)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Digest.Length)..]);
        return Digest.Of(input);
    }

    private static Digest Prefixed(Span<byte> input, ReadOnlySpan<byte> leaf)
    {
        input[0] = 0;
        leaf.CopyTo(input[1..]);
        return Digest.Of(input);
    }
}
