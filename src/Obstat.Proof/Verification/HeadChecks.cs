using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Encodings;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>V06, V07 and V08: who signed each head, who witnessed it, and whether all heads continue one another.</summary>
internal sealed class HeadChecks(Trust trust, Findings findings)
{
    private readonly Dictionary<Digest, PolicyVerdict> _notes = [];
    private readonly List<Checkpoint> _heads = [];
    private HeadKeys? _keys; // as far as the entries here tell

    /// <summary>Size of the largest head.</summary>
    public long SizeMax => _heads.Count == 0 ? 0 : _heads.Max(h => h.Size);

    /// <summary>The earliest time at which a witness had seen one of the heads.</summary>
    public long? EarliestCosigned => _notes.Values.Where(v => v.Error is null).SelectMany(v => v.Cosignatures).Min(c => c.CosignedAt);

    public void Run(EvidenceBundle bundle, ImmutableArray<CheckedEntry> entries)
    {
        _keys = HeadKeys.Among(entries.Where(e => e.Statement is not null).Select(e => (e.Index, e.Statement!)));
        foreach (var entry in entries)
        {
            if (entry is { Proof: { } proof, Head: { } head })
            {
                Take(proof.Note, head);
                if (head.Origin != bundle.Origin)
                {
                    findings.Failed(CheckIds.Checkpoints, $"entry {entry.Index}: made for log {bundle.Origin}, found in log {head.Origin}", entry.Index);
                }
            }

            if (entry.Statement is GenesisStatement && _keys?.Windows.Any(w => trust.Logs.Any(l => l.Equals(w.Key))) != true)
            {
                findings.Failed(CheckIds.Checkpoints, $"entry {entry.Index}: this log names another head key than the one you gave", entry.Index);
            }
        }

        // The quorum is asked of the heads that prove entries; an older one is there to be compared.
        CheckWitnesses();
        foreach (var (size, bytes) in bundle.Checkpoints)
        {
            if (!SignedNote.TryParse(bytes.Span, out var note, out var error) || !Checkpoint.TryParse(note.TextAsString(), out var head))
            {
                findings.Failed(CheckIds.Consistency, $"checkpoints/{size}: {error ?? "expected a checkpoint of three lines"}");
            }
            else if (head.Size.ToString(CultureInfo.InvariantCulture) != size || head.Origin != bundle.Origin)
            {
                findings.Failed(CheckIds.Consistency, $"checkpoints/{size}: holds the head of size {head.Size} of log {head.Origin}");
            }
            else
            {
                Take(note, head);
            }
        }

        CheckConsistency(bundle);
    }

    private void Take(SignedNote note, Checkpoint head)
    {
        var identity = Digest.Of(note.Bytes.Span);
        if (!_notes.ContainsKey(identity))
        {
            var verdict = trust.Policy.Judge(note);
            _notes.Add(identity, verdict);
            _heads.Add(head);
            _ = findings.Claim(
                CheckIds.Checkpoints, null, $"head of size {head.Size}, signed by {verdict.LogKey}",
                verdict.Error is null ? null : $"head of size {head.Size} of {head.Origin}: {verdict.Error}",
                Outside(note, head) is { } window ? $"head of size {head.Size}: key {window.Key} signs heads above {window.From}{(window.Until is { } until ? $" and up to {until}" : "")}"
                    : _keys is { EndedAt: { } ended } && head.Size > ended && head.Size != _keys.SizeLast ? $"the log ended with a head of size {_keys.SizeLast}, got one of size {head.Size}: somebody went on after its end"
                    : null);
        }
    }

    /// <summary>A key of the log that signed this head although the entries announce it later, or ended it before.</summary>
    private HeadKeyWindow? Outside(SignedNote note, Checkpoint head)
        => _keys?.Windows.FirstOrDefault(w => !w.Signs(head.Size) && note.Signatures.Any(s => s.Name == w.Key.Name && s.KeyId == w.Key.KeyId));

    private void CheckWitnesses()
    {
        if (trust.IsLogKey)
        {
            findings.NotAsked(CheckIds.Witnesses, "a log key names no witnesses: give a tlog-policy file");
        }
        else if (!trust.Policy.HasQuorum)
        {
            findings.NotAsked(CheckIds.Witnesses, "your trust file asks for no witness");
        }
        else
        {
            foreach (var verdict in _notes.Values.Where(v => v.Head is not null))
            {
                var names = string.Join(", ", verdict.Cosignatures.Select(c => $"{c.Key.Name} at {Timestamp.FromUnixSeconds(c.CosignedAt!.Value)}"));
                var seen = $"head of size {verdict.Head!.Size}: quorum {(verdict.QuorumReached ? "reached" : "not reached")}, cosigned by {(names.Length == 0 ? "none" : names)}";
                _ = findings.Claim(CheckIds.Witnesses, null, seen, verdict.QuorumReached ? null : seen);
            }
        }
    }

    private void CheckConsistency(EvidenceBundle bundle)
    {
        var distinct = _heads.Where(h => h.Origin == bundle.Origin).Distinct().OrderBy(h => h.Size).ToArray(); // a head of another log has failed already
        if (distinct.Length < 2)
        {
            findings.NotAsked(CheckIds.Consistency, "one head only: give an older checkpoint to compare");
        }

        foreach (var (older, newer) in distinct.Zip(distinct.Skip(1)))
        {
            var path = BundlePaths.Consistency(older.Size, newer.Size);
            if (older.Size == newer.Size)
            {
                findings.Failed(CheckIds.Consistency, $"two roots at size {older.Size}: the log was forked");
            }
            else if (!bundle.Files.TryGetValue(path, out var bytes))
            {
                findings.Lacking(CheckIds.Consistency, $"no {path} in this file");
            }
            else
            {
                _ = findings.Claim(CheckIds.Consistency, null, $"size {newer.Size} continues size {older.Size}",
                    TryHashes(bytes.Span, out var hashes) ? null : $"{path}: expected at most {InclusionProof.HashesMax} base64 lines",
                    ConsistencyProof.Verifies(older.Size, older.Root, newer.Size, newer.Root, hashes) ? null : $"{path}: the head of size {newer.Size} does not continue that of size {older.Size}");
            }
        }
    }

    private static bool TryHashes(ReadOnlySpan<byte> bytes, out Digest[] hashes)
    {
        var lines = Encoding.Latin1.GetString(bytes).Split('\n');
        var found = new List<Digest>();
        foreach (var line in lines[..^1])
        {
            if (Base64Exact.TryDecode(line, out var hash) && Digest.TryFromBytes(hash, out var digest))
            {
                found.Add(digest);
            }
        }

        hashes = [.. found];
        return lines[^1].Length == 0 && hashes.Length == lines.Length - 1 && hashes.Length <= InclusionProof.HashesMax;
    }
}
