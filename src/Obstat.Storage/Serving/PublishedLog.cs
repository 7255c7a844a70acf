using System.Buffers;
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
    private PublishedLog(LedgerReader reader, VerifierKey headKey) => (Reader, HeadKey) = (reader, headKey);

    /// <summary>The key that the ledger names in its first entry. Whoever believes the log has it from elsewhere.</summary>
    public VerifierKey HeadKey { get; }

    /// <summary>Name of the log.</summary>
    public string Origin => HeadKey.Name;

    internal LedgerReader Reader { get; }

    /// <summary>Opens the log that lies in a folder. Throws <see cref="LedgerUnavailableException"/> where there is none.</summary>
    public static PublishedLog Open(string folder)
    {
        var reader = LedgerReader.Open(folder);
        try
        {
            return reader.Size() > 0 && reader.Entry(0).Written.Statement is GenesisStatement genesis && genesis.HeadKey.Name == reader.Origin
                ? new(reader, genesis.HeadKey)
                : throw new LedgerUnavailableException($"{folder}: expected a log that begins with its genesis");
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
        => SignedNote.TryParse(row.Note, out var note, out _) && Checkpoint.TryOpen(note, HeadKey, out var head, out _) && head.Size == row.Size
            ? (head, note)
            : throw new LedgerUnavailableException($"published {row.Size.ToString(CultureInfo.InvariantCulture)}: expected a head of {Origin}");
}
