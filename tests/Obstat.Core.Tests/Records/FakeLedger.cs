using System.Collections.Immutable;
using System.Security.Cryptography;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>
/// A ledger in memory: real sequencing, signatures, leaves, tree and heads, no disk. It can be told to refuse, to be late, and to lie. Time stands still until <see cref="Now"/> is moved.
/// </summary>
internal sealed class FakeLedger : ILedger, IDisposable
{
    private readonly Lock _lock = new();
    private readonly HeadSigner _heads = new(LogOrigin.Signer("t-1", RandomNumberGenerator.GetBytes(32)));
    private readonly List<Appended> _entries = [];
    private MerkleEdge _edge = MerkleEdge.Empty;

    public FakeLedger()
    {
        Plane = new("fake", 1);
        Require(Draft.OfPlane(place => Composition.Of(new GenesisStatement
        {
            Nonce = place.Nonce,
            Origin = place.Origin,
            Time = place.Time,
            Clock = place.Clock,
            Plane = place.Plane,
            HeadKey = HeadKey,
            StatementKeys = [StatementKey.Of(Signer.PublicKey, KeyRoles.Statement), StatementKey.Of(Root.PublicKey, KeyRoles.Root)],
            Cause = "first",
            State = StateDigests.Empty.Digest,
            Predecessor = null,
        })));
    }

    public StatementSigner Signer { get; } = StatementSigner.Generate();

    public StatementSigner Root { get; } = StatementSigner.Generate();

    public DateTimeOffset Now { get; set; } = new(2026, 11, 23, 9, 30, 0, TimeSpan.Zero);

    public Plane Plane { get; }

    public Clock Clock { get; } = new("ntp", 20);

    /// <summary>From now on every append is refused with this.</summary>
    public DenyReason? Refuses { get; set; }

    /// <summary>From now on heads are signed over a root that the tree does not have.</summary>
    public bool Lies { get; set; }

    public string Origin => HeadKey.Name;

    public VerifierKey HeadKey => _heads.VerifierKey;

    public LedgerState State { get; private set; } = LedgerState.Empty;

    public List<StoredBlob> Blobs { get; } = [];

    public IReadOnlyList<Appended> Entries => _entries;

    public IEnumerable<Statement> Statements => _entries.Select(e => e.Written.Statement);

    public Task<AppendResult> AppendAsync(Draft draft, CancellationToken cancellation) => Task.FromResult(Append(draft));

    public AppendResult Append(Draft draft)
    {
        lock (_lock)
        {
            if (Refuses is { } reason)
            {
                return AppendResult.Refused(reason);
            }

            switch (Sequencer.Next(State, draft, Now, Base64Url.Encode(RandomNumberGenerator.GetBytes(16)), Plane, Clock, Origin))
            {
                case Sequencing.Entry entry:
                    var signature = draft.Signed is null ? Signer.Sign(entry.Written.Bytes.Span) : draft.Signature.ToArray();
                    var leaf = Leaf.Write(Pae.Digest(entry.Written.Bytes.Span), signature, draft.SignedBy ?? Signer.PublicKey);
                    var growth = new MerkleGrowth(_edge, [TreeHash.Leaf(leaf)]);
                    var index = new EntryIndex(_edge.Size);
                    _edge = growth.After;
                    Blobs.AddRange(draft.Blobs);
                    State = entry.Next;
                    Assert.True(_heads.TrySign(_edge.Size, Lies ? Digest.Of([1]) : _edge.Root, out var note));
                    _entries.Add(new(index, entry.Written, leaf, note, [.. growth.Path(index.Value)]));
                    return AppendResult.Durable(_entries[^1]);
                case Sequencing.Repeat repeat:
                    return AppendResult.Durable(_entries[(int)repeat.Index.Value]);
                case Sequencing.Refusal refusal:
                    LastDetail = refusal.Detail;
                    return AppendResult.Refused(refusal.Reason);
                default:
                    throw new InvalidOperationException();
            }
        }
    }

    /// <summary>Why the sequencer refused last.</summary>
    public string? LastDetail { get; private set; }

    /// <summary>Appends what must succeed.</summary>
    public Appended Require(Draft draft) => Append(draft).Match(e => e, reason => throw new InvalidOperationException($"{reason}: {LastDetail}"));

    public Task<bool> KeepAsync(StoredBlob blob, CancellationToken cancellation)
    {
        lock (_lock)
        {
            Blobs.Add(blob);
            return Task.FromResult(Refuses is null);
        }
    }

    public Task<bool> BeatAsync(CancellationToken cancellation) => Task.FromResult(Refuses is null);

    public ImmutableArray<OrphanDue> Sweep(DateTimeOffset now) => State.Sweep(now, Orphans.Grace);

    public void Dispose()
    {
        Signer.Dispose();
        Root.Dispose();
        _heads.Dispose();
    }
}
