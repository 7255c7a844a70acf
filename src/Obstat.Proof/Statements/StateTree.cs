using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>
/// One part of the enforcement state as a hash tree of rows <c>[key, value]</c>: none = SHA-256 of nothing, one = SHA-256(00 || row), more = SHA-256(01 || left || right),
/// split by the next bit of SHA-256(key), highest bit first. The root depends on the rows alone, not on the order in which they came. Immutable; a change costs a path.
/// </summary>
public sealed class StateTree
{
    private const int Bits = 256;
    private static readonly Digest Nothing = Digest.Of([]);

    private readonly Node? _root;

    private StateTree(Node? root, int count) => (_root, Count) = (root, count);

    /// <summary>The tree without rows.</summary>
    public static StateTree Empty { get; } = new(null, 0);

    /// <summary>Count of rows.</summary>
    public int Count { get; }

    /// <summary>Root of the tree.</summary>
    public Digest Root => _root?.Hash ?? Nothing;

    /// <summary>The rows, in order of their keys' digests.</summary>
    public IEnumerable<(JsonValue Key, JsonValue Value)> Rows => Walk(_root);

    /// <summary>A tree of these rows; of a key that comes twice the last one stays.</summary>
    public static StateTree Of(IEnumerable<(JsonValue Key, JsonValue Value)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return rows.Aggregate(Empty, (tree, row) => tree.Set(row.Key, row.Value));
    }

    /// <summary>The value of a key, or null.</summary>
    public JsonValue? this[JsonValue key]
    {
        get
        {
            var digest = Digest.Of(key);
            Span<byte> path = stackalloc byte[Digest.Length];
            digest.CopyTo(path);
            var node = _root;
            for (var depth = 0; node is { Row: null }; depth++)
            {
                node = Bit(path, depth) ? node.Right : node.Left;
            }

            return node is not null && node.Path == digest ? node.Row!.Value.Value : null;
        }
    }

    /// <summary>This tree with a row added or replaced.</summary>
    public StateTree Set(JsonValue key, JsonValue value)
    {
        var added = new Node(Digest.Of(key), key, value);
        var root = Insert(_root, added, 0, out var replaced);
        return new(root, replaced ? Count : Count + 1);
    }

    /// <summary>This tree without the row of a key; the same where there is none.</summary>
    public StateTree Remove(JsonValue key)
    {
        var root = Without(_root, Digest.Of(key), 0, out var removed);
        return removed ? new(root, Count - 1) : this;
    }

    private static Node Insert(Node? at, Node added, int depth, out bool replaced)
    {
        replaced = at is { Row: not null } && at.Path == added.Path;
        if (at is null || replaced)
        {
            return added;
        }

        Span<byte> path = stackalloc byte[Digest.Length];
        if (at.Row is not null)
        {
            // Two rows: branch until their keys differ. SHA-256 has 256 bits, so equal paths are equal keys.
            at.Path.CopyTo(path);
            at = Bit(path, depth) ? new Node(null, at) : new Node(at, null);
        }

        added.Path.CopyTo(path);
        return Bit(path, depth)
            ? new Node(at.Left, Insert(at.Right, added, depth + 1, out replaced))
            : new Node(Insert(at.Left, added, depth + 1, out replaced), at.Right);
    }

    private static Node? Without(Node? at, in Digest path, int depth, out bool removed)
    {
        removed = at is { Row: not null } && at.Path == path;
        if (at is null || at.Row is not null)
        {
            return removed ? null : at;
        }

        Span<byte> bits = stackalloc byte[Digest.Length];
        path.CopyTo(bits);
        var right = Bit(bits, depth);
        var changed = Without(right ? at.Right : at.Left, path, depth + 1, out removed);
        if (!removed)
        {
            return at;
        }

        // A single row left over moves up: the tree of one row is that row.
        var other = right ? at.Left : at.Right;
        return (changed, other) switch
        {
            (null, null) => null,
            (null, { Row: not null }) => other,
            ({ Row: not null }, null) => changed,
            _ => right ? new Node(other, changed) : new Node(changed, other),
        };
    }

    private static bool Bit(ReadOnlySpan<byte> path, int depth)
        => depth < Bits ? ((path[depth / 8] >> (7 - (depth % 8))) & 1) == 1 : throw new InvalidOperationException("two keys of one digest");

    private static IEnumerable<(JsonValue Key, JsonValue Value)> Walk(Node? node)
        => node is null ? [] : node.Row is { } row ? [row] : Walk(node.Left).Concat(Walk(node.Right));

    private sealed class Node
    {
        public Node(Digest path, JsonValue key, JsonValue value)
        {
            (Path, Row) = (path, (key, value));
            Hash = Digest.Of([0, .. JsonValue.Array(key, value).ToCanonicalBytes()]);
        }

        public Node(Node? left, Node? right)
        {
            (Left, Right) = (left, right);
            Hash = Merkle.TreeHash.Node(left?.Hash ?? Nothing, right?.Hash ?? Nothing);
        }

        public Digest Path { get; }

        public (JsonValue Key, JsonValue Value)? Row { get; }

        public Node? Left { get; }

        public Node? Right { get; }

        public Digest Hash { get; }
    }
}
