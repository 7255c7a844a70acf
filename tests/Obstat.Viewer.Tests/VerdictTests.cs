using System.Text;
using System.Text.Json.Nodes;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

public sealed class VerdictTests(ViewerPage viewer, KeptPage kept) : IClassFixture<KeptPage>
{
    private static readonly string[] Opened = ["entry3.request.json", "entry4.response.json", "entry6.request.json"];

    [Fact]
    public async Task A_whole_log_is_verified_offline_from_disk_without_a_request_or_a_complaint()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("VERIFIED", await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", Whole().Write())));
        foreach (var check in new[] { "V01", "V02", "V03", "V04", "V05", "V06", "V07", "V10", "V11", "V12", "V13", "V15", "V16" })
        {
            Assert.Equal("verified", await page.StatusAsync(check));
        }

        Assert.Equal("not checked", await page.StatusAsync("V14"));
        Assert.Contains("Witnesses saw it by 2026-11-23T09:31:36Z", await page.Page.InnerTextAsync("#verdict"), StringComparison.Ordinal);
        Assert.Empty(page.Requests);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_sentence_on_top_says_who_was_allowed_what_and_what_came_of_it()
    {
        await using var page = await viewer.OpenAsync();
        _ = await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", Whole().Write()));
        var sentences = await page.Page.Locator(".sentence").AllInnerTextsAsync();
        Assert.Equal(
            "On 2026-11-23 09:30:00.100 UTC, log t-1.demo7q2x.obstat.internal recorded as entry 3 that p-7d1c was allowed mcp.tools/call read_file on files, by policy read-reports. Its enforcement point reported succeeded (entry 4).",
            sentences[0]);
        Assert.EndsWith("No outcome came: orphaned (entry 8).", sentences[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_key_alone_verifies_and_leaves_the_witnesses_unchecked()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("VERIFIED", await page.JudgeAsync(OwnBundle.LogKey, ("bundle.zip", Whole().Write())));
        Assert.Equal("not checked", await page.StatusAsync("V07"));
    }

    [Fact]
    public async Task Without_trust_from_elsewhere_nothing_is_verified_and_every_sentence_says_so()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("INCOMPLETE", await page.JudgeAsync("", ("bundle.zip", Whole().Write())));
        Assert.Equal("not checked", await page.StatusAsync("V06"));
        Assert.Contains("trust is self-asserted", await page.Page.InnerTextAsync("#verdict"), StringComparison.Ordinal);
        Assert.Contains("Taken from the file, trust not established", await page.Page.InnerTextAsync("#trust-told"), StringComparison.Ordinal);
        Assert.All(await page.Page.Locator(".sentence").AllInnerTextsAsync(), sentence => Assert.StartsWith("Not verified", sentence, StringComparison.Ordinal));
        Assert.Equal(0, await page.Page.Locator(".entry .badge.ok").CountAsync());
    }

    [Fact]
    public async Task A_trust_field_that_is_not_understood_is_said_and_verifies_nothing()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("INCOMPLETE", await page.JudgeAsync(OwnBundle.LogKey.Replace("802875c6", "802875c7", StringComparison.Ordinal), ("bundle.zip", Whole().Write())));
        Assert.Contains("its id must be 802875c6", await page.Page.InnerTextAsync("#trust-told"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_of_another_log_fails_the_checkpoint()
    {
        await using var page = await viewer.OpenAsync();
        var other = File.ReadAllText(Vectors.Shared("evidence/tessera/vkey"));
        Assert.Equal("FAILED", await page.JudgeAsync(other, ("bundle.zip", Whole().Write())));
        Assert.Equal("failed", await page.StatusAsync("V06"));
    }

    [Fact]
    public async Task A_quorum_that_nobody_cosigned_fails_the_witnesses()
    {
        await using var page = await viewer.OpenAsync();
        // The same log, and a witness of another key: its cosignature is not there.
        var key = new byte[33];
        key[0] = 4;
        key[1] = 9;
        var id = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. "witness.example/w2\n"u8, .. key]))[..8];
        var policy = $"log {OwnBundle.LogKey}\nwitness w2 witness.example/w2+{id}+{Convert.ToBase64String(key)}\nquorum w2\n";
        Assert.Equal("FAILED", await page.JudgeAsync(policy, ("bundle.zip", Whole().Write())));
        Assert.Equal("V07", await page.FailedAsync());
    }

    [Fact]
    public async Task Loose_files_of_one_entry_prove_inclusion_and_leave_the_statement_key_open()
    {
        await using var page = await viewer.OpenAsync();
        var files = new[] { "dsse.json", "leaf", "tlog-proof" }.Select(kind => ($"entry3.{kind}", Vectors.Bytes($"evidence/own/entry3.{kind}"))).ToArray();
        Assert.Equal("INCOMPLETE", await page.JudgeAsync(OwnBundle.Policy, files));
        Assert.Equal("verified", await page.StatusAsync("V05"));
        Assert.Equal("verified", await page.StatusAsync("V06"));
        Assert.Equal("not checked", await page.StatusAsync("V03"));
    }

    [Fact]
    public async Task An_entry_without_the_entry_that_announces_its_key_is_not_verified()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("INCOMPLETE", await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", new OwnBundle(0, 3, 4).Write())));
        Assert.Contains("the entry that announces key", await page.Page.InnerTextAsync("#checks [data-id=V03]"), StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Changes() => new()
    {
        { "statement", "V02" },
        { "statement value", "V03" },
        { "signature", "V03" },
        { "leaf digest", "V04" },
        { "path", "V05" },
        { "index", "V05" },
        { "root", "V05" },
        { "head signature", "V06" },
        { "cosignature", "V06" },
        { "origin of the manifest", "V02" },
        { "blob", "V12" },
        { "blob of nobody", "V12" },
        { "snapshot file", "V13" },
        { "older head", "V08" },
        { "sigstore copy", "V04" },
        { "keys copy", "V01" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_changed_part_fails_the_check_that_names_it(string change, string check)
    {
        var bundle = Whole();
        switch (change)
        {
            case "statement":
                _ = bundle.Edit("entries/3.statement.json", "\"approvals\":[]", "\"approvals\": []");
                break;
            case "statement value":
                _ = bundle.Edit("entries/3.statement.json", "\"principal\":\"p-7d1c\"", "\"principal\":\"p-7d1d\"");
                break;
            case "signature":
                var envelope = JsonNode.Parse(bundle["entries/3.dsse.json"])!;
                var signature = Convert.FromBase64String((string)envelope["signatures"]![0]!["sig"]!);
                signature[20] ^= 1;
                envelope["signatures"]![0]!["sig"] = Convert.ToBase64String(signature);
                bundle["entries/3.dsse.json"] = Encoding.UTF8.GetBytes(envelope.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
                break;
            case "leaf digest":
                _ = bundle.Edit("entries/3.leaf", "\"digest\":\"vSvb", "\"digest\":\"vSvc");
                break;
            case "path":
                _ = bundle.Edit("entries/3.tlog-proof", "A00I7imF", "A00I7imE");
                break;
            case "index":
                _ = bundle.Edit("entries/3.tlog-proof", "index 3", "index 2");
                break;
            case "root":
                _ = bundle.Edit("entries/3.tlog-proof", "2prXV0", "2prXV1");
                break;
            case "head signature":
                _ = bundle.Edit("entries/3.tlog-proof", "gCh1xj1L5F", "gCh1xj1L5G");
                break;
            case "cosignature":
                _ = bundle.Edit("entries/3.tlog-proof", "07qJfwAAAABrBAf4YJsd", "07qJfwAAAABrBAf4YJse");
                break;
            case "origin of the manifest":
                bundle.Manifest = manifest => manifest["origin"] = "t-2.demo7q2x.obstat.internal";
                break;
            case "blob":
                var name = (string)JsonNode.Parse(bundle["entries/3.statement.json"])!["predicate"]!["sealed"]![0]!["plain"]!;
                _ = bundle.Edit($"blobs/{name}.json", "q3.md", "q4.md");
                break;
            case "blob of nobody":
                bundle[$"blobs/{new string('0', 64)}.json"] = "{}"u8.ToArray();
                break;
            case "snapshot file":
                bundle[$"snapshot/{new string('1', 64)}"] = "permit(principal, action, resource);"u8.ToArray();
                break;
            case "sigstore copy":
                _ = bundle.Edit("entries/3.sigstore.json", "\"integratedTime\":\"0\"", "\"integratedTime\":\"1\"");
                break;
            case "keys copy":
                bundle["trust/keys.json"] = "[]"u8.ToArray();
                break;
            default:
                bundle["checkpoints/9"] = Vectors.Bytes("evidence/own/checkpoint");
                break;
        }

        var page = await kept.OpenAsync();
        Assert.Equal("FAILED", await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", bundle.Write())));
        Assert.Equal("failed", await page.StatusAsync(check));
    }

    public static TheoryData<string> Containers() => [.. Spoilers.Keys];

    [Theory]
    [MemberData(nameof(Containers))]
    public async Task A_container_that_the_exporter_would_not_write_fails_V01(string spoiler)
    {
        var page = await kept.OpenAsync();
        Assert.Equal("FAILED", await page.JudgeAsync(OwnBundle.Policy, ("bundle.zip", Spoilers[spoiler](Whole()))));
        Assert.Equal("V01", await page.FailedAsync());
    }

    [Fact]
    public async Task Every_flipped_bit_of_the_directory_and_of_the_first_files_and_a_seeded_sample_of_the_rest_fails()
    {
        await using var page = await viewer.OpenAsync();
        var zip = new OwnBundle(0, 3, 4).Write();
        var directory = BitConverter.ToInt32(zip, zip.Length - 6);
        var random = new Random(20261123);
        var bits = Enumerable.Range(0, 400 * 8).Concat(Enumerable.Range(directory * 8, (zip.Length - directory) * 8))
            .Concat(Enumerable.Range(0, 4000).Select(_ => random.Next(directory * 8))).ToArray();
        var unseen = await page.Page.EvaluateAsync<int[]>(
            """
            async ({ zip, bits, trust }) => {
              const bytes = obstat.fromBase64(zip, 'zip');
              const unseen = [];
              for (const bit of bits) {
                bytes[bit >> 3] ^= 1 << (bit & 7);
                const verdict = await obstat.verify(new Map([['bundle.zip', bytes]]), trust);
                if (verdict.result !== 'FAILED') unseen.push(bit);
                bytes[bit >> 3] ^= 1 << (bit & 7);
              }
              return unseen;
            }
            """,
            new { zip = Convert.ToBase64String(zip), bits, trust = OwnBundle.Policy });
        Assert.Empty(unseen);
    }

    [Fact]
    public async Task A_bundle_in_the_address_is_judged_without_leaving_it()
    {
        var fragment = Convert.ToBase64String(new OwnBundle(0).Write()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        await using var page = await viewer.OpenAsync(fragment: "#p=" + fragment);
        Assert.Equal("INCOMPLETE", await page.VerdictAsync());
        Assert.Equal("verified", await page.StatusAsync("V05"));
        Assert.Empty(page.Requests);
    }

    private static readonly Dictionary<string, Func<OwnBundle, byte[]>> Spoilers = new()
    {
        ["a file that the manifest lists is missing"] = bundle =>
        {
            bundle.Manifest = manifest => manifest["files"]![$"snapshot/{new string('2', 64)}"] = new string('2', 64);
            return bundle.Write();
        },
        ["a file that the manifest does not list"] = bundle =>
        {
            bundle.Manifest = manifest => manifest["files"]!.AsObject().Remove("trust/policy");
            return bundle.Write();
        },
        ["a digest of the manifest is wrong"] = bundle =>
        {
            bundle.Manifest = manifest => manifest["files"]!["trust/policy"] = new string('3', 64);
            return bundle.Write();
        },
        ["a member that no manifest has"] = bundle =>
        {
            bundle.Manifest = manifest => manifest["zz"] = 1;
            return bundle.Write();
        },
        ["a format that is not known"] = bundle =>
        {
            bundle.Manifest = manifest => manifest["format"] = "execution-evidence/2";
            return bundle.Write();
        },
        ["a creation time that no entry has"] = bundle =>
        {
            bundle.Manifest = manifest => manifest["created"] = "2027-01-01T00:00:00.000Z";
            return bundle.Write();
        },
        ["a file without a place in a bundle"] = bundle =>
        {
            bundle["notes.txt"] = "x"u8.ToArray();
            return bundle.Write();
        },
        ["a path that leads out"] = bundle =>
        {
            bundle["../up"] = "x"u8.ToArray();
            return bundle.Write();
        },
        ["an entry without its leaf"] = bundle =>
        {
            bundle.Remove("entries/5.leaf");
            return bundle.Write();
        },
        ["bytes before it"] = bundle => [0, .. bundle.Write()],
        ["bytes after it"] = bundle => [.. bundle.Write(), 0],
        ["half of it"] = bundle => bundle.Write()[..20_000],
        ["nothing in it"] = _ => OwnBundle.Zip([]),
        ["files out of order"] = _ => OwnBundle.Zip([KeyValuePair.Create("b", new byte[1]), KeyValuePair.Create("a", new byte[1])]),
        ["a file twice"] = _ => OwnBundle.Zip([KeyValuePair.Create("a", new byte[1]), KeyValuePair.Create("a", new byte[1])]),
        ["no zip at all"] = _ => "hello"u8.ToArray(),
        ["made by another packer"] = bundle => Repacked(bundle.Write()),
    };

    private static byte[] Repacked(byte[] zip)
    {
        using var source = new System.IO.Compression.ZipArchive(new MemoryStream(zip));
        var memory = new MemoryStream();
        using (var target = new System.IO.Compression.ZipArchive(memory, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries)
            {
                using var from = entry.Open();
                using var to = target.CreateEntry(entry.FullName, System.IO.Compression.CompressionLevel.NoCompression).Open();
                from.CopyTo(to);
            }
        }

        return memory.ToArray();
    }

    private static OwnBundle Whole() => Opened.Aggregate(new OwnBundle(), (bundle, name) => bundle.Open(name));
}
