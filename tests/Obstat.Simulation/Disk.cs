using System.Buffers.Binary;
using Obstat.Proof;
using Obstat.Proof.Merkle;

namespace Obstat.Simulation;

/// <summary>
/// What outlives a crash of the plane: the log, under the product's tree, and the allows that nobody closed yet. An entry is its kind and the execution or principal that it is about.
/// </summary>
internal sealed class Disk
{
    public const byte Decision = 1;
    public const byte Outcome = 2;
    public const byte Orphaned = 3;
    public const byte Revocation = 4;

    private readonly List<byte[]> _leaves = [];
    private MerkleEdge _edge = MerkleEdge.Empty;

    /// <summary>The log from its first byte on.</summary>
    public IReadOnlyList<byte[]> Leaves => _leaves;

    /// <summary>Allows without outcome or orphaned entry, in the order of the log.</summary>
    public SortedDictionary<int, Intent> Open { get; } = [];

    /// <summary>The head over everything that is here.</summary>
    public (long Size, Digest Root) Head => (_edge.Size, _edge.Root);

    public void Append(byte kind, int about)
    {
        var leaf = new byte[5];
        leaf[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(leaf.AsSpan(1), about);
        _leaves.Add(leaf);
        _edge = new MerkleGrowth(_edge, [TreeHash.Leaf(leaf)]).After;
    }

    /// <summary>The planted bug: the newest entry is taken for a torn one and thrown away.</summary>
    public void DropTail()
    {
        if (_leaves.Count > 0)
        {
            _leaves.RemoveAt(_leaves.Count - 1);
            _edge = MerkleEdge.Empty;
            foreach (var leaf in _leaves)
            {
                _edge = new MerkleGrowth(_edge, [TreeHash.Leaf(leaf)]).After;
            }
        }
    }

    /// <summary>An allow.</summary>
    /// <param name="boot">The boot that got it.</param>
    /// <param name="lease">Its lease, or null.</param>
    internal sealed class Intent(string boot, string? lease)
    {
        public string Boot => boot;

        public string? Lease => lease;

        /// <summary>When its permit, or what the plane knows of its lease, is over.</summary>
        public long End { get; set; }
    }
}
