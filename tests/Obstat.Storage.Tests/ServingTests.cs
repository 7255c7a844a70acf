using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Storage.Databases;
using Obstat.Storage.Serving;

namespace Obstat.Storage.Tests;

/// <summary>What is shown of a log, by path and as a folder of files, is what was published and nothing else.</summary>
public sealed class ServingTests : IDisposable
{
    private readonly Place _place = new();
    private readonly StatementSigner _report = StatementSigner.Generate();

    public void Dispose()
    {
        _place.Dispose();
        _report.Dispose();
    }

    private string Folder => Path.Combine(_place.Folder, "public");

    /// <summary>A log of two starts, so that it has two published heads; 300 decisions between them.</summary>
    private void Grow(int decisions = 300)
    {
        using var ledger = _place.Open();
        var boot = (int)ledger.State.Size + 1;
        ledger.Append(Said.Activated($"law {boot}"));
        ledger.Append(Said.Registered(_report, boot));
        var asks = Enumerable.Range(1, decisions).Select(n => ledger.AppendAsync(Said.Decided(false, boot, n, law: $"law {boot}", blob: Place.Blob(n), patience: Place.Patience), default));
        Assert.All(Task.WhenAll(asks).GetAwaiter().GetResult(), r => r.Entry());
    }

    private Checkpoint Export(bool withStatements = true)
    {
        using var log = PublishedLog.Open(_place.Ledger);
        return LogFolder.Write(log, Folder, withStatements, _ => { }, default);
    }

    private string Refused() => Assert.Throws<LedgerUnavailableException>(() => Export()).Message;

    [Fact]
    public void An_exported_folder_holds_every_tile_entry_statement_and_head_of_what_was_published()
    {
        Grow();
        var first = Export();
        Grow();
        var head = Export();
        Assert.True(SignedNote.TryParse(File.ReadAllBytes(Path.Combine(Folder, "checkpoint")), out var note, out _) && Checkpoint.TryOpen(note, _place.HeadKey, out var shown, out _) && shown == head);
        Assert.True(File.Exists(Path.Combine(Folder, $"checkpoint.{first.Size}")));
        var edge = MerkleEdge.Empty;
        for (var n = 0L; n * 256 < head.Size; n++)
        {
            var address = new TileAddress(TileAddress.Entries, n, (int)Math.Min(256, head.Size - (n * 256)));
            Assert.True(EntryBundle.TryParse(File.ReadAllBytes(Path.Combine(Folder, address.ToString())), address.Width, out var leaves));
            Assert.True(StatementBundle.TryParse(File.ReadAllBytes(Path.Combine(Folder, StatementBundle.PathOf(address))), address.Width, out var statements));
            foreach (var (leaf, statement) in leaves.Zip(statements))
            {
                Assert.True(Leaf.TryReadDigest(leaf.Span, out var digest) && digest == Pae.Digest(statement.Span));
                edge = edge.Append(TreeHash.Leaf(leaf.Span));
            }
        }

        Assert.Equal(head.Root, edge.Root);
        Assert.Equal(Tile.LengthFull, new FileInfo(Path.Combine(Folder, "tile/0/001")).Length);
        Assert.Equal(32 * (head.Size % 256), new FileInfo(Path.Combine(Folder, $"tile/0/002.p/{head.Size % 256}")).Length);
        Assert.Equal(64, new FileInfo(Path.Combine(Folder, "tile/1/000.p/2")).Length);
        Assert.Empty(Directory.GetFiles(Folder, "*.new", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_is_served_is_what_is_exported_and_nothing_beyond_it()
    {
        Grow();
        var early = Export(withStatements: false);
        Grow();
        var head = Export(withStatements: false);
        using var log = PublishedLog.Open(_place.Ledger);
        foreach (var file in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Where(f => !f.StartsWith("checkpoint.", StringComparison.Ordinal)))
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, file)), log.Read(file)?.ToArray());
        }

        var width = head.Size % 256;
        foreach (var path in (string[])
            ["", "/checkpoint", "checkpoint/", "tile/0/000.p/256", $"tile/0/002.p/{width + 1}", $"tile/0/002.p/{width - 1}", "tile/0/002", "tile/0/003", "tile/1/000", "tile/8/000", "tile/entries/0", "tile/entries/x000/000",
             "statement/000", "tile/1/000.p/3", "tile/7/000", "tile/7/x999/x999/x999/x999/x999/999", "tile/0/000.p/0", "ledger.db", "../ledger.db"])
        {
            Assert.True(log.Read(path) is null, path);
        }

        Assert.Equal(log.Read("tile/0/001")!.Value[..(int)(32 * (early.Size % 256))].ToArray(), log.Read($"tile/0/001.p/{early.Size % 256}")!.Value.ToArray());
        Assert.NotNull(log.Read("tile/1/000.p/1")); // of the first head
        var proof = log.Prove(300)!;
        Assert.True(TlogProof.TryParse(proof.ToBytes(), out var read, out _));
        using var reader = Reading.LedgerReader.Open(_place.Ledger);
        Assert.True(InclusionProof.Verifies(300, head.Size, TreeHash.Leaf(reader.Entry(300).Leaf), read.Path.AsSpan(), head.Root));
        Assert.Null(log.Prove(head.Size));
        Assert.Null(log.Prove(-1));
    }

    [Fact]
    public void A_file_that_changed_is_not_written_over_and_not_written_around()
    {
        Grow();
        _ = Export();
        foreach (var file in (string[])["tile/0/000", "tile/entries/000", "statement/000"])
        {
            var path = Path.Combine(Folder, file);
            var bytes = File.ReadAllBytes(path);
            bytes[40] ^= 1;
            File.WriteAllBytes(path, bytes);
            Assert.Contains(file, Refused(), StringComparison.Ordinal);
            bytes[40] ^= 1;
            File.WriteAllBytes(path, bytes);
        }

        _ = Export();
        var checkpoint = Path.Combine(Folder, "checkpoint");
        using var other = new HeadSigner(NoteSigner.Generate(_place.Origin));
        Assert.True(other.TrySign(3, Said.Sha("root"), out var note));
        File.WriteAllBytes(checkpoint, note.Bytes.ToArray());
        Assert.Contains("expected a checkpoint of", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_shows_more_than_the_log_has_is_not_written()
    {
        Grow(10);
        var copy = Path.Combine(_place.Folder, "copy.db");
        File.Copy(_place.File, copy);
        Grow(10);
        _ = Export();
        File.Copy(copy, _place.File, overwrite: true);
        Assert.Contains("its tail was lost", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_disk_has_otherwise_than_it_was_published_is_neither_served_nor_exported()
    {
        Grow();
        foreach (var (change, undo, expected) in new[]
        {
            ("UPDATE entry SET leaf = CAST(replace(leaf, 'P256', 'P257') AS BLOB) WHERE idx = 7", "UPDATE entry SET leaf = CAST(replace(leaf, 'P257', 'P256') AS BLOB) WHERE idx = 7", "entry"),
            ("UPDATE published SET note = CAST(replace(note, 'obstat', 'abstat') AS BLOB)", "UPDATE published SET note = CAST(replace(note, 'abstat', 'obstat') AS BLOB)", "published"),
            ("UPDATE published SET size = size - 1", "UPDATE published SET size = size + 1", "published"),
        })
        {
            using var file = Database.OpenWriter(_place.File, erases: false);
            Database.Run(file, change);
            using (var log = PublishedLog.Open(_place.Ledger))
            {
                Assert.Contains(expected, Assert.Throws<LedgerUnavailableException>(() => log.Read("tile/entries/000")).Message, StringComparison.Ordinal);
            }

            _ = Refused();
            Database.Run(file, undo);
        }

        using var again = PublishedLog.Open(_place.Ledger);
        Assert.NotNull(again.Read("tile/entries/000"));
    }

    [Fact]
    public void A_folder_without_a_log_is_no_log()
        => Assert.Throws<LedgerUnavailableException>(() => PublishedLog.Open(_place.Folder));
}
