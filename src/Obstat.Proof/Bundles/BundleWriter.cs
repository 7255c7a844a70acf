using System.Text;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Bundles;

/// <summary>
/// Collects entries with what belongs to them and writes one evidence bundle. Reproducible: the same content gives the same bytes, and nothing in them says where or when it was written.
/// What cannot be read back is refused with an exception: an exporter hands in what its ledger has verified.
/// </summary>
public sealed class BundleWriter
{
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, Statement> _entries = [];
    private readonly SortedSet<string> _erased = new(StringComparer.Ordinal);
    private readonly VerifierKey _logKey;

    /// <param name="logKey">The key of the log's heads.</param>
    /// <param name="policy">A tlog-policy with this log and the witnesses that are asked; null for a policy of the log alone.</param>
    public BundleWriter(VerifierKey logKey, ReadOnlySpan<byte> policy = default)
    {
        ArgumentNullException.ThrowIfNull(logKey);
        _logKey = logKey;
        if (!policy.IsEmpty)
        {
            _files[BundlePaths.Policy] = policy.ToArray();
        }
    }

    /// <summary>Adds one entry with its inclusion proof. Throws when leaf, statement and proof do not belong together.</summary>
    public void Add(ReadOnlyMemory<byte> statement, ReadOnlyMemory<byte> leaf, TlogProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (!Statement.TryParse(statement.Span, out var parsed, out var error)
            || !Leaf.TryParse(leaf, out var parsedLeaf) || parsedLeaf.PaeDigest != Pae.Digest(statement.Span)
            || !Checkpoint.TryParse(proof.Note.TextAsString(), out var head)
            || !InclusionProof.Verifies(proof.Index, head.Size, parsedLeaf.Hash, proof.Path.AsSpan(), head.Root))
        {
            throw new ArgumentException(error ?? "expected the leaf of the statement and a proof of the leaf", nameof(proof));
        }

        var envelope = new Envelope(statement, parsedLeaf.Signature);
        _entries[proof.Index] = parsed;
        _files[BundlePaths.Entry(proof.Index, "statement.json")] = statement;
        _files[BundlePaths.Entry(proof.Index, "dsse.json")] = envelope.ToBytes();
        _files[BundlePaths.Entry(proof.Index, "leaf")] = leaf;
        _files[BundlePaths.Entry(proof.Index, "tlog-proof")] = proof.ToBytes();
        _files[BundlePaths.Entry(proof.Index, "sigstore.json")] = SigstoreBundle.Of(envelope, parsedLeaf, proof, head).ToCanonicalBytes();
    }

    /// <summary>Adds a permit in its compact form.</summary>
    public void AddPermit(string jti, string compact) => _files[BundlePaths.Permit(jti)] = Encoding.ASCII.GetBytes(compact);

    /// <summary>Adds the plaintext of a sealed blob.</summary>
    public void AddBlob(ReadOnlyMemory<byte> plain) => _files[BundlePaths.Blob(Digest.Of(plain.Span))] = plain;

    /// <summary>Names a blob that was erased.</summary>
    public void AddErased(Digest plain) => _ = _erased.Add(plain.ToHex());

    /// <summary>Adds a part of a snapshot.</summary>
    public void AddSnapshot(ReadOnlyMemory<byte> part) => _files[BundlePaths.Snapshot(Digest.Of(part.Span))] = part;

    /// <summary>Adds an older head, to compare with those of the proofs.</summary>
    public void AddCheckpoint(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        _files[BundlePaths.Checkpoint(Checkpoint.TryParse(note.TextAsString(), out var head) ? head.Size : throw new ArgumentException("expected a checkpoint", nameof(note)))] = note.Bytes;
    }

    /// <summary>Adds the proof that the head of one size continues that of a smaller one: base64 hashes, one a line.</summary>
    public void AddConsistency(long older, long newer, ReadOnlySpan<Digest> proof)
    {
        var lines = new StringBuilder();
        foreach (var hash in proof)
        {
            _ = lines.Append(hash.ToBase64()).Append('\n');
        }

        _files[BundlePaths.Consistency(older, newer)] = Encoding.ASCII.GetBytes(lines.ToString());
    }

    /// <summary>The bundle. Throws without any entry.</summary>
    public byte[] Write()
    {
        if (_entries.Count == 0)
        {
            throw new InvalidOperationException("a bundle has at least one entry");
        }

        (long Index, Statement Statement)[] entries = [.. _entries.Select(e => (e.Key, e.Value))];
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(_files, StringComparer.Ordinal)
        {
            [BundlePaths.Readme] = Encoding.UTF8.GetBytes(BundleReadme.Text),
            [BundlePaths.TrustedRoot] = TrustedRoot.Of(_logKey, entries).ToCanonicalBytes(),
            [BundlePaths.Keys] = AnnouncedKeysFile.Of(entries).ToCanonicalBytes(),
        };
        _ = files.TryAdd(BundlePaths.Policy, PolicyOf(entries));
        files[BundlePaths.Manifest] = JsonValue.Object(
            ("format", JsonValue.Of(Names.BundleFormat)),
            ("origin", JsonValue.Of(_logKey.Name)),
            ("created", JsonValue.Of(_entries.Values.Max(s => s.Time).ToString())),
            ("entries", JsonValue.Array(_entries.Keys.Select(JsonValue.Of))),
            ("files", JsonValue.Object([.. files.Select(f => (f.Key, JsonValue.Of(Digest.Of(f.Value.Span).ToHex())))])),
            ("erased", JsonValue.Strings(_erased))).ToCanonicalBytes();
        return StoredZip.Write(files);
    }

    /// <summary>A policy of the log alone: a line for each of its head keys that the entries announce, the newest first.</summary>
    private byte[] PolicyOf(IEnumerable<(long Index, Statement Statement)> entries)
    {
        var keys = HeadKeys.Among(entries)?.Windows.Select(w => w.Key).Reverse().ToArray() ?? [];
        return Encoding.UTF8.GetBytes($"{string.Concat((keys.Contains(_logKey) ? keys : [_logKey]).Select(k => $"log {k}\n"))}quorum none\n");
    }
}
