using System.Collections.Immutable;
using System.Text;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>The small real log of a fake plane: signed leaves, hashes, heads, receipts. Whoever uses it holds the plane's lock.</summary>
internal sealed class FakeLog(IPointClock clock) : IDisposable
{
    public static readonly Plane Instance = new("fake", 1);

    private readonly StatementSigner _statements = StatementSigner.Generate();
    private readonly List<Digest> _hashes = [];
    private NoteSigner _head = NoteSigner.Generate("t-1.fake.obstat.internal");
    private MerkleEdge _edge = MerkleEdge.Empty;
    private NoteSigner? _next;

    /// <summary>An entry: its proof under the head that was signed after it, and the hash of its leaf.</summary>
    internal sealed record Entry(Receipt Receipt, Digest Leaf);

    public VerifierKey HeadKey => _next?.VerifierKey ?? _head.VerifierKey;

    public string Origin => HeadKey.Name;

    /// <summary>The newest entry.</summary>
    public long Newest => _edge.Size - 1;

    /// <summary>The old head key signs no more, the new one alone.</summary>
    public bool HasOldHeadEnded { get; set; }

    /// <summary>The entry that announces the new head key.</summary>
    public Receipt? Rotation { get; private set; }

    public Entry Append(ReadOnlySpan<byte> statement, PlaneFault fault = PlaneFault.None)
    {
        var leaf = Leaf.Write(Pae.Digest(statement), _statements.Sign(statement), _statements.PublicKey);
        var hash = TreeHash.Leaf(leaf);
        var growth = new MerkleGrowth(_edge, [hash]);
        _hashes.Add(hash);
        var index = _edge.Size;
        _edge = growth.After;
        using var other = NoteSigner.Generate(Origin);
        NoteSigner[] signers = fault == PlaneFault.WrongHeadKey ? [other] : _next is null ? [_head] : HasOldHeadEnded ? [_next] : [_head, _next];
        var text = new Checkpoint(Origin, _edge.Size, _edge.Root).ToText();
        var note = SignedNote.Of(text, [.. signers.Select(s => s.Sign(Encoding.UTF8.GetBytes(text)))]);
        return new(new Receipt(note.Bytes, index, [.. growth.Path(index)], leaf, statement.ToArray()), hash);
    }

    /// <summary>That it goes on from what a point saw.</summary>
    public ImmutableArray<Digest> Consistency(long seen)
    {
        return seen == 0 || seen >= _edge.Size ? [] : [.. ConsistencyProof.Make(seen, _edge.Size, Node)];

        Digest Node(int level, long index) => level == 0 ? _hashes[(int)index] : TreeHash.Node(Node(level - 1, 2 * index), Node(level - 1, (2 * index) + 1));
    }

    /// <summary>As <see cref="FakePlane.Rotate"/>.</summary>
    public void Rotate(Func<KeyRotationStatement, NoteSigner, KeyRotationStatement>? lie, bool underNewAlone)
    {
        _next = NoteSigner.Generate(_head.VerifierKey.Name);
        var rotation = new KeyRotationStatement
        {
            Nonce = Random128.Next(), Origin = Origin, Time = Timestamp.From(clock.Wall), Clock = new Clock("test", 0), Plane = Instance, Role = KeyRoles.Checkpoint,
            Old = RotatedKey.Ends(_head.VerifierKey), New = RotatedKey.Begins(_next.VerifierKey), OverlapUntil = Timestamp.From(clock.Wall + TimeSpan.FromDays(1)), Proof = null, SuspectedFrom = null,
        }.Prove(_next);
        HasOldHeadEnded = underNewAlone;
        Rotation = Append((lie?.Invoke(rotation, _next) ?? rotation).ToBytes()).Receipt;
        HasOldHeadEnded = false;
    }

    /// <summary>Others wrote so many entries.</summary>
    public void Grow(int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            _hashes.Add(Digest.Of(BitConverter.GetBytes(_hashes.Count)));
            _edge = _edge.Append(_hashes[^1]);
        }
    }

    /// <summary>Other entries, as many as there were.</summary>
    public void Replace()
    {
        var entries = _hashes.Count;
        Empty();
        Grow(entries);
    }

    /// <summary>Another log, of another name and head key, without an entry.</summary>
    public void Begin(string origin)
    {
        _head.Dispose();
        _head = NoteSigner.Generate(origin);
        Empty();
    }

    /// <summary>As before the first entry.</summary>
    public void Empty()
    {
        _edge = MerkleEdge.Empty;
        _hashes.Clear();
    }

    public void Dispose()
    {
        _head.Dispose();
        _next?.Dispose();
        _statements.Dispose();
    }
}
