using System.Collections.Immutable;
using System.Globalization;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Verification;

/// <summary>
/// Audits an exported log (C2SP tlog-tiles, with the statements behind the leaves): every entry, every tile, every head, and that nothing else lies there. Trust comes from the caller alone.
/// Where the entries do not lead to the signed head, the tiles that do tell which entry was changed, removed, repeated or moved.
/// </summary>
public sealed class ExportedLogAudit
{
    private const string Newest = "checkpoint";
    private const string Partial = ".p/";
    private const int BundlesAtOnce = 8; // what is read lives until it was judged: few at once, so that it is gone before it costs a collection of everything

    private readonly IExportedLog _log;
    private readonly Trust _trust;
    private readonly HashSet<string> _paths;
    private readonly ILookup<string, string> _partials; // by the path of the full file
    private readonly List<Digest> _leaves = [];
    private readonly List<(TileAddress Address, byte[] Hashes)> _grown = [];
    private readonly List<(SignedNote Note, bool IsTrusted)> _heads = [];
    private LogAudit? _audit;
    private bool _isCut; // a bundle cannot be read, and others come after it: nobody knows of those entries

    private ExportedLogAudit(IExportedLog log, Trust trust) => (_log, _trust, _paths, _partials)
            = (log, trust, new(log.Paths, StringComparer.Ordinal), log.Paths.Where(p => p.Contains(Partial, StringComparison.Ordinal)).ToLookup(p => p[..p.IndexOf(Partial, StringComparison.Ordinal)], StringComparer.Ordinal));

    /// <summary>Audits.</summary>
    /// <param name="log">The files.</param>
    /// <param name="trust">What the caller believes.</param>
    /// <param name="seen">Heads that the caller kept from earlier, with where they are from: the log must continue them.</param>
    /// <param name="withSignatures">Whether statement signatures are verified.</param>
    /// <param name="fold">Folds the state and says what does not follow; null where nobody folds.</param>
    /// <param name="progress">Is told entries read, and of how many.</param>
    /// <param name="cancellation">Gives it up.</param>
    public static AuditReport Run(
        IExportedLog log, Trust trust, IEnumerable<(string Source, ReadOnlyMemory<byte> Note)> seen, bool withSignatures, Func<AuditedEntry, string?>? fold, Action<long, long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(trust);
        ArgumentNullException.ThrowIfNull(progress);
        return new ExportedLogAudit(log, trust).Run([.. seen], withSignatures, fold, progress, cancellation);
    }

    private AuditReport Run(
        ImmutableArray<(string Source, ReadOnlyMemory<byte> Note)> seen, bool withSignatures, Func<AuditedEntry, string?>? fold, Action<long, long> progress, CancellationToken cancellation)
    {
        var bytes = _paths.Remove(Newest) ? _log.Read(Newest) : default;
        var newest = bytes.IsEmpty ? PolicyVerdict.Refused("is not there") : Judge(bytes.Span, out _);
        var audit = _audit = new LogAudit(newest.LogKey ?? _trust.Logs[0], withSignatures, fold) { Hashed = _leaves.Add, Filled = (address, full) => _grown.Add((address, full)) };
        if ((newest.Head ?? ByLaterKey(bytes.Span)) is not { } head)
        {
            Tell(AuditChecks.Heads, AuditFault.Unreadable, $"{Newest}: {newest.Error}");
            return audit.Finish(null, (CheckStatus.NotChecked, "without a head that is believed nothing says which files there are"), []);
        }

        if (newest.Head is not null ? !newest.QuorumReached : _trust.Policy.HasQuorum)
        {
            Tell(AuditChecks.Heads, AuditFault.Unreadable, $"{Newest}: the quorum of witnesses that your trust file asks for is not reached");
        }

        Expect(Newest, bytes, null);
        foreach (var path in _paths.Where(p => p.StartsWith("checkpoint.", StringComparison.Ordinal)).ToArray())
        {
            _ = _paths.Remove(path);
            Expect(path, _log.Read(path), path["checkpoint.".Length..]);
        }

        foreach (var (source, note) in seen)
        {
            Expect(source, note, null);
        }

        var hasStatements = ReadEntries(head, progress, cancellation);
        var edge = audit.Close();
        if (newest.Head is null && !IsFollowed(head))
        {
            Tell(AuditChecks.Heads, AuditFault.Unreadable, $"{Newest}: {newest.Error}, and no head by a key of your trust covers the entry that announces the key which signed it");
        }

        var leads = edge.Size == head.Size && edge.Root == head.Root;
        var causes = leads ? [] : Explain(head);
        CompareTiles(head);
        return audit.Finish(
            head,
            leads ? (CheckStatus.Verified, $"{_log.Paths.Count} files{(hasStatements ? "" : "; no statements among them")}") : (CheckStatus.NotChecked, "the entries do not lead to the head"),
            causes);
    }

    private void Expect(string source, ReadOnlyMemory<byte> bytes, string? size)
    {
        var verdict = Judge(bytes.Span, out var note);
        if (note is null || (verdict.Head ?? ByLaterKey(bytes.Span)) is not { } head)
        {
            Tell(AuditChecks.Heads, AuditFault.Unreadable, $"{source}: {verdict.Error}");
        }
        else if (size is not null && head.Size.ToString(CultureInfo.InvariantCulture) != size)
        {
            Tell(AuditChecks.Heads, AuditFault.Changed, $"{source}: holds the head of size {head.Size}");
        }
        else
        {
            _audit!.Expect(source, note, head);
            _heads.Add((note, verdict.Head is not null));
        }
    }

    /// <summary>What a note says that no key of the trust signed: it may be by a key that follows one of them, or went before it, which the entries tell. One with a wrong line of a trusted key is refused.</summary>
    private Checkpoint? ByLaterKey(ReadOnlySpan<byte> bytes)
        => SignedNote.TryParse(bytes, out var note, out _)
            && Checkpoint.TryParse(note.TextAsString(), out var head)
            && _trust.Logs.Any(l => l.Name == head.Origin)
            && !note.Signatures.Any(s => _trust.Logs.Any(l => l.Name == s.Name && l.KeyId == s.KeyId))
                ? head
                : null;

    /// <summary>Whether the keys that signed a head follow from a trusted one: each is announced by an entry which a head covers that the key before it signed too.</summary>
    private bool IsFollowed(Checkpoint newest)
    {
        var windows = _audit!.HeadKeys?.Windows ?? [];
        var believed = -1;
        for (var i = 0; i < windows.Length; i++)
        {
            var (before, announced) = (believed, windows[i].From);
            var follows = before >= 0 && before == i - 1 && _heads.Any(h => _audit.HeadKeys!.TryOpen(h.Note, out var head, out _) && head.Size > announced && windows[before].Signs(head.Size));
            believed = follows || (_trust.Logs.Any(l => l.Equals(windows[i].Key)) && _heads.Any(h => h.IsTrusted)) ? i : believed;
        }

        return believed >= 0 && windows[believed].Signs(newest.Size);
    }

    /// <summary>Reads bundles as far as they can be read, some at a time.</summary>
    private bool ReadEntries(Checkpoint head, Action<long, long> progress, CancellationToken cancellation)
    {
        var batch = new List<(ReadOnlyMemory<byte> Leaf, ReadOnlyMemory<byte>? Statement)>(BundlesAtOnce * TileAddress.WidthFull);
        var hasStatements = _paths.Any(p => p.StartsWith("statement/", StringComparison.Ordinal));
        var (whole, read) = (true, 0L);
        for (var n = 0L; whole && n * TileAddress.WidthFull < head.Size; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            var (leaves, statements) = ReadBundle(n, (int)Math.Min(TileAddress.WidthFull, head.Size - (n * TileAddress.WidthFull)), hasStatements, out whole);
            for (var i = 0; i < leaves.Count; i++)
            {
                batch.Add((leaves[i], i < statements.Count ? statements[i] : (ReadOnlyMemory<byte>?)null));
            }

            read += leaves.Count;

            if (batch.Count >= BundlesAtOnce * TileAddress.WidthFull || !whole || (n + 1) * TileAddress.WidthFull >= head.Size)
            {
                _audit!.Take(batch);
                batch = new(BundlesAtOnce * TileAddress.WidthFull);
                progress(read, head.Size);
            }
        }

        return hasStatements;
    }

    private (IReadOnlyList<ReadOnlyMemory<byte>> Leaves, IReadOnlyList<ReadOnlyMemory<byte>> Statements) ReadBundle(long n, int width, bool hasStatements, out bool whole)
    {
        // A cut log has a narrower last bundle: it is read as far as it goes, so that what is missing can be told.
        var found = width;
        while (found > 0 && !_paths.Contains(new TileAddress(TileAddress.Entries, n, found).ToString()))
        {
            found--;
        }

        whole = found == width;
        var address = new TileAddress(TileAddress.Entries, n, found);
        if (!whole)
        {
            _isCut = found == 0 && _paths.Any(p => p.StartsWith("tile/entries/", StringComparison.Ordinal));
            Tell(AuditChecks.Files, AuditFault.Unreadable, $"{new TileAddress(TileAddress.Entries, n, width)}: is not there{(found > 0 ? $", {address} is" : "")}");
        }

        if (found == 0)
        {
            return ([], []);
        }

        _ = _paths.Remove(address.ToString());
        if (!EntryBundle.TryParse(_log.Read(address.ToString()), found, out var leaves))
        {
            (whole, _isCut) = (false, true);
            Tell(AuditChecks.Files, AuditFault.Changed, $"{address}: expected {found} entries, each with its length");
            return ([], []);
        }

        IReadOnlyList<ReadOnlyMemory<byte>> statements = [];
        var path = StatementBundle.PathOf(address);
        if (_paths.Remove(path))
        {
            if (!StatementBundle.TryParse(_log.Read(path), found, out statements))
            {
                Tell(AuditChecks.Files, AuditFault.Changed, $"{path}: expected {found} statements, each with its length");
            }
        }
        else if (hasStatements)
        {
            Tell(AuditChecks.Files, AuditFault.Unreadable, $"{path}: is not there");
        }

        RemovePrefixes(address, leaves.Count);
        return (leaves, statements);
    }

    /// <summary>A folder that grew has narrower files of the same number beside a wider one: prefixes of it, and nothing else.</summary>
    private void RemovePrefixes(TileAddress address, int width)
    {
        var (path, full) = (address.ToString(), (address with { Width = TileAddress.WidthFull }).ToString());
        if (address.Level == TileAddress.Entries)
        {
            RemovePrefixes(path, full, width, (part, narrower) => EntryBundle.TryParse(part, narrower, out _));
            RemovePrefixes(StatementBundle.PathOf(address), StatementBundle.PathOf(address with { Width = TileAddress.WidthFull }), width, (part, narrower) => StatementBundle.TryParse(part, narrower, out _));
        }
        else
        {
            RemovePrefixes(path, full, width, (part, narrower) => part.Length == narrower * Digest.Length);
        }
    }

    private void RemovePrefixes(string whole, string full, int width, Func<ReadOnlyMemory<byte>, int, bool> holds)
    {
        foreach (var part in _partials[full])
        {
            var digits = part[(full.Length + Partial.Length)..];
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var narrower) && narrower >= 1 && narrower < width && narrower.ToString(CultureInfo.InvariantCulture) == digits
                && _paths.Remove(part) && !(_log.Read(part) is var bytes && holds(bytes, narrower) && _log.Read(whole).Span.StartsWith(bytes.Span)))
            {
                Tell(AuditChecks.Files, AuditFault.Changed, $"{part}: is not the beginning of {whole} with {narrower} of its own");
            }
        }
    }

    /// <summary>Every tile is the one that the entries give, and nothing else lies there.</summary>
    private void CompareTiles(Checkpoint head)
    {
        for (var level = 0; level <= TileAddress.LevelMax; level++)
        {
            if (_audit!.Tiles.Started(level) is { IsEmpty: false } started)
            {
                _grown.Add((new TileAddress(level, (_leaves.Count >> (8 * level)) / TileAddress.WidthFull, started.Length / Digest.Length), started.ToArray()));
            }
        }

        foreach (var (address, hashes) in _grown)
        {
            var path = address.ToString();
            if (!_paths.Remove(path))
            {
                Tell(AuditChecks.Files, AuditFault.Unreadable, $"{path}: is not there");
            }
            else if (!_log.Read(path).Span.SequenceEqual(hashes))
            {
                Tell(AuditChecks.Files, AuditFault.Changed, $"{path}: holds other hashes than the entries give");
            }
            else
            {
                RemovePrefixes(address, address.Width);
            }
        }

        foreach (var stranger in _paths.Order(StringComparer.Ordinal))
        {
            Tell(AuditChecks.Files, AuditFault.Changed, $"{stranger}: a log of size {head.Size} has no such file");
        }
    }

    /// <summary>What was done to the entries, told by tiles that lead to the signed head where there are such.</summary>
    private List<AuditFinding> Explain(Checkpoint head)
    {
        var causes = new List<AuditFinding>();
        if (!TryTrueHashes(head, out var signed))
        {
            causes.Add(new(AuditChecks.Entries, AuditFault.Changed, null, $"neither entries nor tiles lead to the head of size {head.Size}"));
            return causes;
        }

        var places = new Dictionary<Digest, int>();
        for (var i = signed.Length - 1; i >= 0; i--)
        {
            places[signed[i]] = i;
        }

        var (at, expected) = (0, 0);
        while (at < _leaves.Count && causes.Count < LogAudit.FindingsMax)
        {
            if (expected < signed.Length && _leaves[at] == signed[expected])
            {
                (at, expected) = (at + 1, expected + 1);
            }
            else if (!places.TryGetValue(_leaves[at], out var place))
            {
                causes.Add(Cause(AuditFault.Changed, at, $"entry {at}: not the one that the signed root covers"));
                (at, expected) = (at + 1, expected + 1);
            }
            else if (place < expected)
            {
                causes.Add(Cause(AuditFault.Duplicated, at, $"entry {at}: entry {place} again"));
                at++;
            }
            else if (_leaves.IndexOf(signed[expected], at) is var later and >= 0)
            {
                causes.Add(Cause(AuditFault.Reordered, at, $"entry {at}: entry {place} stands here, entry {expected} stands at {later}"));
                (at, expected) = (Math.Max(at, later) + 1, Math.Max(place, later) + 1);
            }
            else
            {
                causes.Add(Cause(AuditFault.Removed, expected, $"entry {expected}{(place > expected + 1 ? $" to {place - 1}" : "")}: removed"));
                expected = place;
            }
        }

        if (expected < signed.Length && !_isCut && causes.Count < LogAudit.FindingsMax)
        {
            causes.Add(Cause(AuditFault.Removed, expected, $"entry {expected}{(signed.Length > expected + 1 ? $" to {signed.Length - 1}" : "")}: removed from the end"));
        }

        return causes;

        static AuditFinding Cause(AuditFault fault, long index, string detail) => new(AuditChecks.Entries, fault, index, detail);
    }

    private bool TryTrueHashes(Checkpoint head, out Digest[] hashes)
    {
        hashes = new Digest[head.Size];
        for (var n = 0L; n * TileAddress.WidthFull < head.Size; n++)
        {
            var address = new TileAddress(0, n, TileAddress.WidthIn(head.Size, 0, n));
            var tile = _paths.Contains(address.ToString()) ? _log.Read(address.ToString()) : default;
            if (tile.Length != address.Width * Digest.Length)
            {
                return false;
            }

            for (var i = 0; i < address.Width; i++)
            {
                _ = Tile.TryNode(tile.Span, 0, i, out hashes[(n * TileAddress.WidthFull) + i]);
            }
        }

        return MerkleEdge.Empty.Append(hashes).Root == head.Root;
    }

    private void Tell(string check, AuditFault fault, string detail) => _audit!.Tell(new(check, fault, null, detail));

    private PolicyVerdict Judge(ReadOnlySpan<byte> bytes, out SignedNote? note) => SignedNote.TryParse(bytes, out note, out var error) ? _trust.Policy.Judge(note) : PolicyVerdict.Refused(error);
}
