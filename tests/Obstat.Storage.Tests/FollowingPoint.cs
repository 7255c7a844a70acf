using System.Text;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Tests;

/// <summary>A point that saw a log and is told that it ended and another one goes on: the truth, and lies about it.</summary>
internal sealed class FollowingPoint : IDisposable
{
    private readonly Place _place;
    private readonly Place _next;
    private readonly Checkpoint _seen;
    private readonly StatementSigner _stranger = StatementSigner.Generate();
    private readonly LedgerReader _ended;
    private readonly LedgerReader _begun;
    private readonly (long Size, byte[] Note) _last;
    private readonly (long Size, byte[] Note) _first;

    /// <param name="place">The installation whose log ended; its head key and root are pinned.</param>
    /// <param name="ended">Folder of that log.</param>
    /// <param name="next">The installation under the head key of the log that goes on.</param>
    /// <param name="begun">Folder of that log.</param>
    /// <param name="seen">The newest head that the point saw.</param>
    public FollowingPoint(Place place, string ended, Place next, string begun, Checkpoint seen)
    {
        (_place, _next, _seen) = (place, next, seen);
        (_ended, _begun) = (LedgerReader.Open(ended), LedgerReader.Open(begun));
        (_last, _first) = (_ended.Published(long.MaxValue)!.Value, _begun.PublishedFrom(1)!.Value);
        Truth = new(OfEnded(_last.Size - 2), OfEnded(_last.Size - 1), [.. _ended.Consistency(seen.Size, _last.Size)], OfBegun(0));
    }

    public ContinuationAnswer Truth { get; }

    public void Dispose()
    {
        _stranger.Dispose();
        _ended.Dispose();
        _begun.Dispose();
    }

    /// <summary>Which log the point follows into, or why it does not.</summary>
    public string Follow(ContinuationAnswer told, VerifierKey? pinned = null, string? root = null, Checkpoint? seen = null)
        => Continuation.TryFollow(told, pinned ?? _place.HeadKey, root ?? _place.Root.PublicKey.Kid, seen ?? _seen, out var key, out var error) ? $"follows {key.Name}" : error;

    /// <summary>Lies, each with some of the words in which it is refused.</summary>
    public IEnumerable<(string Of, string Done, string Words, Func<string> Follow)> Lies() =>
    [
        ("history that the point saw", "another one", "was forked", () => Follow(Truth, seen: _seen with { Root = Digest.Of("other"u8) })),
        ("history that the point saw", "it went on after this end", "went on after this end", () => Follow(Truth with { Consistency = [] }, seen: new(_place.Origin, _last.Size + 1, Digest.Of("more"u8)))),
        ("history that the point saw", "no proof that it leads to this end", "was forked", () => Follow(Truth with { Consistency = [] })),
        ("end", "another entry", "expected the entry that ends", () => Follow(Truth with { Closing = OfEnded(_last.Size - 3) })),
        ("end", "under a head that another key signed", "the end:", () => Follow(Truth with { Closing = ReceiptOf(_ended, _last.Size - 2, _next.Forge(_last.Size).Bytes.ToArray(), _last.Size) })),
        ("end", "of another log than was pinned", "the end:", () => Follow(Truth, pinned: _next.HeadKey)),
        ("last state", "another entry", "expected the last state", () => Follow(Truth with { State = OfEnded(_last.Size - 2) })),
        ("genesis that goes on", "an entry of the old log", "the genesis", () => Follow(Truth with { Genesis = Truth.Closing })),
        ("genesis that goes on", "another entry of its log", "expected the genesis", () => Follow(Truth with { Genesis = OfBegun(1) })),
        ("genesis that goes on", "under another root than was pinned", "expected the root", () => Follow(Truth, root: _stranger.PublicKey.Kid)),
        ("genesis that goes on", "another root", "expected the root", Beginning(g => g with { StatementKeys = [g.StatementKeys[0], StatementKey.Of(_stranger.PublicKey, KeyRoles.Root)] })),
        ("genesis that goes on", "another state", "expected the state that was carried over", Beginning(g => g with { State = Digest.Of("another state"u8) })),
        ("genesis that goes on", "without a log before it", "expected the genesis", Beginning(g => g with { Cause = "first", Predecessor = null })),
        ("genesis that goes on", "because the log before it was lost", "expected the genesis", Beginning(g => g with { Cause = "loss" })),
        ("genesis that goes on", "an earlier head of the old log named", "names the last head", Beginning(g => g with { Predecessor = EarlierHead(_ended) })),
        ("genesis that goes on", "an epoch that is not later", "expected a later epoch", Beginning(g => g with { Plane = g.Plane with { Epoch = 1 } })),
    ];

    /// <summary>The first published head of a log, named as if it were the last.</summary>
    public static Predecessor EarlierHead(LedgerReader log)
    {
        var (size, note) = log.PublishedFrom(1)!.Value;
        return new(log.Origin, Encoding.UTF8.GetString(note), size - 1);
    }

    private JsonValue OfEnded(long index) => ReceiptOf(_ended, index, _last.Note, _last.Size);

    private JsonValue OfBegun(long index) => ReceiptOf(_begun, index, _first.Note, _first.Size);

    private static JsonValue ReceiptOf(LedgerReader log, long index, byte[] note, long size)
    {
        var (written, leaf) = log.Entry(index);
        return new Receipt(note, index, [.. log.Inclusion(index, size)], leaf, written.Bytes).ToJson();
    }

    /// <summary>Another genesis under the genuine keys of the log that goes on, as the one entry of a log.</summary>
    private Func<string> Beginning(Func<GenesisStatement, GenesisStatement> lie) => () =>
    {
        Assert.True(WrittenStatement.TryWrite(lie((GenesisStatement)_begun.Entry(0).Written.Statement), out var written, out var error), error);
        var leaf = Leaf.Write(Pae.Digest(written.Bytes.Span), _stranger.Sign(written.Bytes.Span), _stranger.PublicKey);
        using var heads = _next.Heads();
        Assert.True(heads.TrySign(1, TreeHash.Leaf(leaf), out var head));
        return Follow(Truth with { Genesis = new Receipt(head.Bytes, 0, [], leaf, written.Bytes).ToJson() });
    };
}
