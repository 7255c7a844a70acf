using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Serving;

/// <summary>
/// What a log shows to everybody, by path (C2SP tlog-tiles): the newest published checkpoint, tiles, entry bundles. Nothing beyond the published size, a partial tile only for a size that was published.
/// Reads beside the plane, also when it is away or poisoned, and needs no key. Not safe for concurrent use.
/// </summary>
public sealed class PublishedLog : IDisposable
{
    private PublishedLog(LedgerReader reader, HeadKeys headKeys) => (Reader, HeadKeys) = (reader, headKeys);

    /// <summary>The keys of its heads that the ledger names in its entries. Whoever believes the log has one of them from elsewhere.</summary>
    public HeadKeys HeadKeys { get; private set; }

    /// <summary>Name of the log.</summary>
    public string Origin => HeadKeys.Origin;

    internal LedgerReader Reader { get; }

    /// <summary>Opens the log that lies in a folder. Throws <see cref="LedgerUnavailableException"/> where there is none.</summary>
    public static PublishedLog Open(string folder)
    {
        var reader = LedgerReader.Open(folder);
        try
        {
            if (reader.Size() == 0 || reader.Entry(0).Written.Statement is not GenesisStatement genesis || genesis.HeadKey.Name != reader.Origin)
            {
                throw new LedgerUnavailableException($"{folder}: expected a log that begins with its genesis");
            }

            return new(reader, HeadKeys.Of(genesis.HeadKey));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The newest published checkpoint, its signature verified; null where nothing was published yet.</summary>
    public (Checkpoint Head, SignedNote Note)? Newest() => Reader.Published(long.MaxValue) is { } row ? Verified(row) : null;

    /// <summary>The oldest published checkpoint of at least a size; null where there is none.</summary>
    public (Checkpoint Head, SignedNote Note)? From(long sizeMin) => Reader.PublishedFrom(sizeMin) is { } row ? Verified(row) : null;

    /// <summary>The newest published checkpoint below a size; null where there is none.</summary>
    public (Checkpoint Head, SignedNote Note)? Before(long size) => Reader.Published(size - 1) is { } row ? Verified(row) : null;

    /// <summary>The proof that an entry is in the log, under the newest published checkpoint; null where it is not covered yet.</summary>
    public TlogProof? Prove(long index)
        => Newest() is { } newest && index >= 0 && index < newest.Head.Size ? new(index, [.. Reader.Proven(index, newest.Head).Path], newest.Note) : null;

    /// <summary>The bytes under a path without a leading slash; null where nothing is. Throws <see cref="LedgerUnavailableException"/> where the disk has something else than what was published.</summary>
    public ReadOnlyMemory<byte>? Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path == "checkpoint" ? Newest()?.Note.Bytes
            : TileAddress.TryParse(path, out var address) && Newest() is { } newest && Covers(address, newest.Head.Size) ? Read(address)
            : null;
    }

    public void Dispose() => Reader.Dispose();

    private ReadOnlyMemory<byte>? Read(TileAddress address)
    {
        if (address.Level > 0)
        {
            return Reader.Tile(address);
        }

        // Leaves and the stored hashes vouch for one another: a bit that flipped in one of them does not leave.
        var first = address.N * TileAddress.WidthFull;
        var hashes = Reader.Tile(address with { Level = 0 });
        var bundle = new ArrayBufferWriter<byte>(address.Width * 512);
        var at = 0;
        foreach (var (leaf, _) in Reader.Entries(first, first + address.Width))
        {
            var hash = TreeHash.Leaf(leaf);
            if (!hash.ToArray().AsSpan().SequenceEqual(hashes.AsSpan(at * Proof.Digest.Length, Proof.Digest.Length)))
            {
                throw new LedgerUnavailableException($"entry {(first + at).ToString(CultureInfo.InvariantCulture)}: expected the leaf of its tile");
            }

            EntryBundle.Write(bundle, leaf);
            at++;
        }

        return address.Level == TileAddress.Entries ? bundle.WrittenMemory : hashes;
    }

    private bool Covers(TileAddress address, long size)
    {
        if (address.Width > TileAddress.WidthIn(size, address.Level, address.N))
        {
            return false;
        }

        var level = Math.Max(address.Level, 0);
        var hashes = (address.N * TileAddress.WidthFull) + address.Width; // of its level, that must be there
        var (from, to) = (hashes << (8 * level), (hashes + 1) << (8 * level));
        return !address.IsPartial || (Reader.PublishedFrom(from) is { } row && row.Size < to);
    }

    private (Checkpoint Head, SignedNote Note) Verified((long Size, byte[] Note) row)
    {
        if (!SignedNote.TryParse(row.Note, out var note, out var error) || !TryOpen(note, out var head, out error) || head.Size != row.Size)
        {
            throw new LedgerUnavailableException($"published {row.Size.ToString(CultureInfo.InvariantCulture)}: expected a head of {Origin}, got {error ?? "another size"}");
        }

        return (head, note);
    }

    /// <summary>Opens a head of this log. One that other keys signed than those that are known sends us to look for the rotation between.</summary>
    internal bool TryOpen(SignedNote note, [NotNullWhen(true)] out Checkpoint? head, [NotNullWhen(false)] out string? error)
    {
        while (!HeadKeys.TryOpen(note, out head, out error))
        {
            if (!Checkpoint.TryParse(note.TextAsString(), out var claimed) || !TryRotate(claimed.Size))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A published head near the middle between two sizes; null where none lies between them.</summary>
    private (long Size, byte[] Note)? Between(long low, long high)
    {
        var middle = low + ((high - low) / 2);
        return Reader.PublishedFrom(middle + 1) is { } above && above.Size < high ? above
            : Reader.Published(middle) is { } below && below.Size > low ? below
            : null;
    }

    /// <summary>
    /// Takes the next rotation of head keys below a size; false where there is none. Published heads below it verify under the keys known so far, those above it do not: so it lies between two neighbours of them, and only
    /// their entries are read.
    /// </summary>
    private bool TryRotate(long size)
    {
        var (low, high) = (HeadKeys.Rotations.Append(0).Max(), size); // the keys hold at low + 1, and not at high any more
        while (Between(low, high) is { } row)
        {
            var holds = SignedNote.TryParse(row.Note, out var note, out _) && HeadKeys.TryOpen(note, out _, out _);
            (low, high) = holds ? (row.Size, high) : (low, row.Size);
        }

        var at = low;
        foreach (var (_, statement) in Reader.Entries(low, Math.Min(high, Reader.Size())))
        {
            if (Statement.TryParse(statement, out var parsed, out _) && parsed is KeyRotationStatement rotation && HeadKeys.TryRotate(at, rotation, out var next, out _))
            {
                HeadKeys = next;
                return true;
            }

            at++;
        }

        return false;
    }
}
