using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;

namespace Obstat.Core.Records;

/// <summary>
/// One part of the enforcement state: rows <c>[key, value]</c> under one digest, whatever the order in which they came. No row: SHA-256 of nothing; one: SHA-256(00 || JCS(row));
/// more: SHA-256(01 || left || right), parted by the next bit of SHA-256(JCS(key)), 0 to the left. Immutable; a change makes about as many nodes anew as the tree is deep,
/// and hashes are made when the digest is asked for.
/// </summary>
public sealed class StateTree
{
    private const int DepthMax = 8 * Proof.Digest.Length;

    private readonly Node? _root;

    private StateTree(Node? root, int count) => (_root, Count) = (root, count);

    /// <summary>The part without rows.</summary>
    public static StateTree Empty { get; } = new(null, 0);

    /// <summary>How many rows there are.</summary>
    public int Count { get; }

    /// <summary>The digest of all rows.</summary>
    public Digest Digest => DigestOf(_root);

    /// <summary>All rows, in the order of the tree.</summary>
    public IEnumerable<(JsonValue Key, JsonValue Value)> Rows
    {
        get
        {
            var nodes = new Stack<Node?>([_root]);
            while (nodes.TryPop(out var node))
            {
                if (node is Row row)
                {
                    yield return (row.Key, row.Value);
                }
                else if (node is Branch branch)
                {
                    nodes.Push(branch.Right);
                    nodes.Push(branch.Left);
                }
            }
        }
    }

    /// <summary>The bytes of every row and branch, under their digests: what the digest of the part is made of.</summary>
    internal IEnumerable<(Digest Digest, byte[] Bytes)> Nodes
    {
        get
        {
            var nodes = new Stack<Node?>([_root]);
            while (nodes.TryPop(out var node))
            {
                if (node is null)
                {
                    continue;
                }

                yield return (node.Digest, node.ToBytes());
                if (node is Branch branch)
                {
                    nodes.Push(branch.Right);
                    nodes.Push(branch.Left);
                }
            }
        }
    }

    /// <summary>The value of a key.</summary>
    public bool TryGet(JsonValue key, [NotNullWhen(true)] out JsonValue? value)
    {
        value = Find(Proof.Digest.Of(key))?.Value;
        return value is not null;
    }

    /// <summary>This part with the row added or replaced.</summary>
    public StateTree With(JsonValue key, JsonValue value)
    {
        var row = new Row(Proof.Digest.Of(key), key, value);
        Span<byte> path = stackalloc byte[Proof.Digest.Length];
        row.Path.CopyTo(path);
        return new(Put(_root, row, path, 0), Count + (Find(row.Path) is null ? 1 : 0));
    }

    /// <summary>This part without the row; the same part where there is none.</summary>
    public StateTree Without(JsonValue key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var digest = Proof.Digest.Of(key);
        Span<byte> path = stackalloc byte[Proof.Digest.Length];
        digest.CopyTo(path);
        return Find(digest) is null ? this : new(Take(_root, path, 0), Count - 1);
    }

    private Row? Find(in Digest digest)
    {
        Span<byte> path = stackalloc byte[Proof.Digest.Length];
        digest.CopyTo(path);
        var node = _root;
        for (var depth = 0; node is Branch branch; depth++)
        {
            node = Bit(path, depth) ? branch.Right : branch.Left;
        }

        return node is Row row && row.Path == digest ? row : null;
    }

    private static Digest DigestOf(Node? node) => node?.Digest ?? TreeHash.Empty;

    private static Node Put(Node? node, Row row, ReadOnlySpan<byte> path, int depth)
    {
        switch (node)
        {
            case null:
                return row;
            case Row other when other.Path == row.Path:
                return row;
            case Row other:
                Span<byte> others = stackalloc byte[Proof.Digest.Length];
                other.Path.CopyTo(others);
                return depth == DepthMax
                    ? throw new InvalidOperationException("two keys of one digest")
                    : Put(Bit(others, depth) ? new Branch(null, other) : new Branch(other, null), row, path, depth);
            case Branch branch:
                return Bit(path, depth)
                    ? new Branch(branch.Left, Put(branch.Right, row, path, depth + 1))
                    : new Branch(Put(branch.Left, row, path, depth + 1), branch.Right);
            default:
                throw new InvalidOperationException("no such node");
        }
    }

    private static Node? Take(Node? node, ReadOnlySpan<byte> path, int depth)
    {
        if (node is not Branch branch)
        {
            return null;
        }

        var (left, right) = Bit(path, depth) ? (branch.Left, Take(branch.Right, path, depth + 1)) : (Take(branch.Left, path, depth + 1), branch.Right);
        // A row that is alone under a branch moves up, so that the tree depends on its rows and not on their history.
        return (left, right) switch
        {
            (null, null) => null,
            (Row row, null) => row,
            (null, Row row) => row,
            _ => new Branch(left, right),
        };
    }

    private static bool Bit(ReadOnlySpan<byte> path, int depth) => ((path[depth / 8] >> (7 - (depth % 8))) & 1) == 1;

    private abstract class Node
    {
        private object? _digest; // a boxed digest: one reference, so that a reader sees none or all of it

        public Digest Digest => (Digest)(_digest ??= Compute());

        public abstract byte[] ToBytes();

        protected abstract Digest Compute();
    }

    private sealed class Row(Digest path, JsonValue key, JsonValue value) : Node
    {
        public Digest Path { get; } = path;

        public JsonValue Key => key;

        public JsonValue Value { get; } = value;

        public override byte[] ToBytes() => [0, .. JsonValue.Array(key, Value).ToCanonicalBytes()];

        protected override Digest Compute() => TreeHash.Leaf(JsonValue.Array(key, Value).ToCanonicalBytes());
    }

    private sealed class Branch(Node? left, Node? right) : Node
    {
        public Node? Left { get; } = left;

        public Node? Right { get; } = right;

        public override byte[] ToBytes() => [1, .. DigestOf(Left).ToArray(), .. DigestOf(Right).ToArray()];

        protected override Digest Compute() => TreeHash.Node(DigestOf(Left), DigestOf(Right));
    }
}
