using System.IO.Compression;
using System.Text;
using CsCheck;
using Obstat.Proof.Bundles;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Leaves;
using Obstat.Proof.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Bundles;

public sealed class BundleTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void An_entry_goes_to_Sigstore_tools_exactly_as_in_the_vectors(int index)
    {
        Assert.True(Envelope.TryParse(Vectors.Bytes($"evidence/own/entry{index}.dsse.json"), out var envelope, out _));
        Assert.True(Leaf.TryParse(OwnLog.LeafBytes(index), out var leaf));
        Assert.True(Checkpoint.TryParse(OwnLog.Proof(index).Note.TextAsString(), out var head));
        var made = SigstoreBundle.Of(envelope, leaf, OwnLog.Proof(index), head);
        Assert.Equal(Json(Vectors.Bytes($"evidence/own/entry{index}.sigstore.json")), made);
    }

    [Fact]
    public void The_trusted_root_of_the_log_is_the_one_of_the_vectors()
        => Assert.Equal(Json(Vectors.Bytes("evidence/own/trusted_root.json")), TrustedRoot.Of(OwnLog.Key, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void A_bundle_reads_back_and_is_written_alike_in_whatever_order_its_content_came()
    {
        var writer = OwnLog.Writer(3, 0, 4);
        writer.AddBlob(Vectors.Bytes("evidence/own/entry3.request.json"));
        var zip = writer.Write();
        var other = OwnLog.Writer(4, 3, 0);
        other.AddBlob(Vectors.Bytes("evidence/own/entry3.request.json"));
        Assert.Equal(zip, other.Write());
        Assert.True(EvidenceBundle.TryParse(zip, out var bundle, out var error), error);
        Assert.Equal([0L, 3, 4], bundle.Entries.Select(e => e.Index));
        Assert.Equal("2026-11-23T09:30:00.180Z", bundle.Created.ToString());
        Assert.Equal(OwnLog.Key.Name, bundle.Origin);
        Assert.Single(bundle.Blobs);
        Assert.Equal(OwnLog.Statement(3), bundle.Entries[1].Statement.ToArray());
    }

    [Fact]
    public void An_ordinary_unpacker_reads_the_same_files()
    {
        var zip = OwnLog.Writer(3).Write();
        Assert.True(StoredZip.TryRead(zip, out var files, out _));
        using var archive = new ZipArchive(new MemoryStream(zip));
        Assert.Equal(files.Keys, archive.Entries.Select(e => e.FullName));
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            Assert.Equal(files[entry.FullName].ToArray(), memory.ToArray());
        }
    }

    [Fact]
    public void Every_changed_bit_of_a_bundle_refuses()
    {
        var zip = OwnLog.Writer(3).Write();
        for (var bit = 0; bit < zip.Length * 8; bit++)
        {
            zip[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(EvidenceBundle.TryParse(zip, out _, out var error), $"bit {bit}");
            Assert.NotNull(error);
            zip[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(EvidenceBundle.TryParse(zip, out _, out _));
        Assert.False(EvidenceBundle.TryParse((byte[])[.. zip, 0], out _, out _));
        Assert.False(EvidenceBundle.TryParse(zip.AsMemory(0, zip.Length - 1), out _, out _));
        Assert.False(EvidenceBundle.TryParse((byte[])[0, .. zip], out _, out _));
        Assert.False(EvidenceBundle.TryParse(ReadOnlyMemory<byte>.Empty, out _, out _));
    }

    [Fact]
    public void A_container_as_others_write_it_is_refused()
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var stream = archive.CreateEntry("manifest.json", CompressionLevel.NoCompression).Open();
            stream.Write("{}"u8);
        }

        Assert.False(StoredZip.TryRead(memory.ToArray(), out _, out _));
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a/..")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("")]
    [InlineData("a/")]
    public void A_path_that_leaves_the_folder_or_reads_two_ways_is_neither_written_nor_read(string path)
    {
        Assert.False(StoredZip.IsPath(path));
        Assert.Throws<ArgumentException>(() => StoredZip.Write([new(path, new byte[1])]));
    }

    [Theory]
    [InlineData("entries/00.leaf")]
    [InlineData("entries/3.exe")]
    [InlineData("secret.txt")]
    [InlineData("permits/short.jwt")]
    [InlineData("entries/7.leaf")]
    [InlineData("trust/other")]
    public void A_file_that_has_no_place_or_no_entry_is_refused(string path) => Refused(files => files[path] = "x"u8.ToArray());

    [Fact]
    public void A_file_that_the_manifest_does_not_list_or_lists_otherwise_is_refused()
    {
        Refused(files => files[BundlePaths.Readme] = "changed"u8.ToArray(), fresh: false);
        Refused(files => files.Remove(BundlePaths.Readme), fresh: false);
        Refused(files => files.Add(BundlePaths.Snapshot(Digest.Of("x"u8)), "x"u8.ToArray()), fresh: false);
        Refused(files => files.Remove(BundlePaths.Manifest), fresh: false);
        Refused(files => files.Remove("entries/3.leaf"));
    }

    [Theory]
    [InlineData("format", "\"execution-evidence/2\"")]
    [InlineData("entries", "[3,3]")]
    [InlineData("entries", "[-3]")]
    [InlineData("entries", "[]")]
    [InlineData("entries", "[4]")]
    [InlineData("erased", "[\"x\"]")]
    [InlineData("created", "\"yesterday\"")]
    [InlineData("x", "1")]
    public void A_manifest_that_breaks_its_form_is_refused(string name, string value)
        => Refused(files => files[BundlePaths.Manifest] = Json(files[BundlePaths.Manifest].ToArray()).With(name, Json(Encoding.UTF8.GetBytes(value))).ToCanonicalBytes(), fresh: false);

    [Fact]
    public void Any_files_that_are_written_are_read_and_in_one_spelling_only()
        => Gen.Dictionary(Gen.String[Gen.Char["abc/."], 1, 6].Where(StoredZip.IsPath), Gen.Byte.Array[0, 60])[1, 6].Sample(content =>
        {
            var zip = StoredZip.Write(content.Select(c => new KeyValuePair<string, ReadOnlyMemory<byte>>(c.Key, c.Value)));
            Assert.True(StoredZip.TryRead(zip, out var files, out var error), error);
            Assert.Equal(content.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key), files.Keys);
            Assert.All(content, c => Assert.Equal(c.Value, files[c.Key].ToArray()));
        }, iter: 200);

    private static void Refused(Action<SortedDictionary<string, ReadOnlyMemory<byte>>> change, bool fresh = true)
    {
        Assert.True(StoredZip.TryRead(OwnLog.Writer(3).Write(), out var read, out _));
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(read.ToDictionary(f => f.Key, f => f.Value), StringComparer.Ordinal);
        change(files);
        if (fresh)
        {
            var listed = JsonValue.Object([.. files.Where(f => f.Key != BundlePaths.Manifest).Select(f => (f.Key, JsonValue.Of(Digest.Of(f.Value.Span).ToHex())))]);
            files[BundlePaths.Manifest] = Json(files[BundlePaths.Manifest].ToArray()).With("files", listed).ToCanonicalBytes();
        }

        Assert.False(EvidenceBundle.TryParse(StoredZip.Write(files), out _, out var error));
        Assert.NotNull(error);
    }

    private static JsonValue Json(byte[] bytes)
    {
        Assert.True(StrictJson.TryParse(bytes, out var json, out var error), error.ToString());
        return json;
    }
}
