using Obstat.Proof.Bundles;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Tests.Bundles;
using Obstat.Proof.Verification;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Verification;

public sealed class VerifyTests
{
    [Fact]
    public void The_whole_shared_log_with_its_trust_file_is_verified()
    {
        var writer = OwnLog.Writer();
        writer.AddBlob(Vectors.Bytes("evidence/own/entry3.request.json"));
        writer.AddBlob(Vectors.Bytes("evidence/own/entry4.response.json"));
        var report = BundleVerifier.Verify(writer.Write(), Trust.InPolicy(OwnLog.Policy));
        Assert.Equal(VerifyResult.Verified, report.Result);
        Assert.Equal("2026-11-23T09:31:36.000Z", report.NotAfter.ToString());
        foreach (var id in new[] { "V01", "V02", "V03", "V04", "V05", "V06", "V07", "V10", "V12", "V13", "V15", "V16" })
        {
            Assert.True(Status(report, id) == CheckStatus.Verified, $"{id}: {Detail(report, id)}");
        }

        Assert.Equal(CheckStatus.NotChecked, Status(report, "V14"));
        var json = report.ToJson();
        Assert.Equal("VERIFIED", json["result"]!.AsString);
        Assert.Equal(16, json["checks"]!.Items.Length);
        Assert.NotEmpty(json["notProved"]!.Items);
    }

    [Fact]
    public void With_a_log_key_alone_the_witnesses_are_not_checked()
    {
        var report = BundleVerifier.Verify(OwnLog.Writer().Write(), Trust.InLog(OwnLog.Key));
        Assert.Equal(VerifyResult.Verified, report.Result);
        Assert.Equal(CheckStatus.NotChecked, Status(report, "V07"));
        Assert.Null(report.NotAfter);
    }

    [Fact]
    public void Another_log_key_fails()
        => Failed(OwnLog.Writer().Write(), Trust.InLog(NoteSigner.Generate(OwnLog.Key.Name).VerifierKey), "V06");

    [Fact]
    public void A_quorum_that_is_not_reached_fails()
    {
        var other = new Notes.TrustPolicyTests.Witness("witness.example/w2", 7);
        Assert.True(TrustPolicy.TryParse(System.Text.Encoding.UTF8.GetBytes($"log {OwnLog.Key}\nwitness w2 {other.Key}\nquorum w2\n"), out var policy, out _));
        Failed(OwnLog.Writer().Write(), Trust.InPolicy(policy), "V07");
    }

    [Fact]
    public void Without_the_entry_that_announces_its_key_a_decision_is_incomplete()
    {
        var report = BundleVerifier.Verify(OwnLog.Writer(3).Write(), Trust.InLog(OwnLog.Key));
        Assert.Equal(VerifyResult.Incomplete, report.Result);
        Assert.Equal(CheckStatus.NotChecked, Status(report, "V03"));
        Assert.Contains("not in this file", Detail(report, "V03"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_bundle_fails_with_every_other_check_not_checked()
    {
        var report = BundleVerifier.Verify("PK"u8.ToArray(), Trust.InLog(OwnLog.Key));
        Assert.Equal(VerifyResult.Failed, report.Result);
        Assert.All(report.Checks.Skip(1), c => Assert.Equal(CheckStatus.NotChecked, c.Status));
    }

    [Theory]
    [InlineData("entries/3.statement.json", "V02")]
    [InlineData("entries/3.dsse.json", "V03")]
    [InlineData("entries/3.leaf", "V04")]
    [InlineData("entries/3.tlog-proof", "V05")]
    [InlineData("entries/3.sigstore.json", "V04")]
    [InlineData("trust/keys.json", "V01")]
    [InlineData("trust/trusted_root.json", "V01")]
    public void A_file_that_is_cut_fails_its_check_though_container_and_manifest_fit(string path, string id)
        => Failed(Changed(files => files[path] = files[path][..^1]), Trust.InLog(OwnLog.Key), id);

    [Theory]
    [InlineData("statement.json", "V02")]
    [InlineData("dsse.json", "V03")]
    [InlineData("leaf", "V05")]
    [InlineData("tlog-proof", "V05")]
    [InlineData("sigstore.json", "V04")]
    public void The_part_of_another_entry_fails(string kind, string id)
    {
        var failed = BundleVerifier.Verify(Changed(files => (files[$"entries/3.{kind}"], files[$"entries/6.{kind}"]) = (files[$"entries/6.{kind}"], files[$"entries/3.{kind}"])), Trust.InLog(OwnLog.Key));
        Assert.Equal(VerifyResult.Failed, failed.Result);
        Assert.True(failed.Checks.Any(c => c.Status == CheckStatus.Failed), id);
    }

    [Fact]
    public void A_blob_that_no_statement_names_or_with_another_text_fails()
    {
        var writer = OwnLog.Writer();
        writer.AddBlob("{\"action\":{},\"salt\":\"wvc_MLD1v8GZCFlv4I-foA\"}"u8.ToArray());
        Failed(writer.Write(), Trust.InLog(OwnLog.Key), "V12");
        Failed(Changed(files => files[$"blobs/{new string('a', 64)}.json"] = "{}"u8.ToArray()), Trust.InLog(OwnLog.Key), "V12");
    }

    [Fact]
    public void A_snapshot_part_under_another_name_fails() => Failed(Changed(files => files[$"snapshot/{new string('a', 64)}"] = "x"u8.ToArray()), Trust.InLog(OwnLog.Key), "V13");

    [Fact]
    public void A_permit_that_no_decision_fixes_and_one_that_is_none_fail()
    {
        Failed(Changed(files => files["permits/AAAAAAAAAAAAAAAAAAAAAA.jwt"] = "x"u8.ToArray()), Trust.InLog(OwnLog.Key), "V09");
        Failed(Changed(files => files["permits/up_8kd9DQGE2HlY2Q-psBA.jwt"] = "a.b.c"u8.ToArray()), Trust.InLog(OwnLog.Key), "V09");
    }

    [Fact]
    public void A_created_time_that_is_not_of_the_newest_entry_fails()
        => Failed(Changed(files => files[BundlePaths.Manifest] = Json(files[BundlePaths.Manifest]).With("created", JsonValue.Of("2026-11-23T09:30:00.000Z")).ToCanonicalBytes()), Trust.InLog(OwnLog.Key), "V01");

    [Fact]
    public void An_older_head_needs_its_consistency_proof_and_a_wrong_one_fails()
    {
        using var log = new MadeLog();
        var older = log.Head;
        log.Append(log.Decision(allowed: true));
        log.Append(log.Decision(allowed: false));
        var writer = log.Writer();
        writer.AddCheckpoint(older);
        Assert.Equal(VerifyResult.Incomplete, BundleVerifier.Verify(writer.Write(), Trust.InLog(log.Key)).Result);
        writer.AddConsistency(log.Size - 2, log.Size, ConsistencyProof.Make(log.Size - 2, log.Size, log.Nodes));
        var report = BundleVerifier.Verify(writer.Write(), Trust.InLog(log.Key));
        Assert.True(report.Result == VerifyResult.Verified, string.Join("\n", report.Checks.Select(c => $"{c.Id} {c.Status} {c.Detail}")));
        writer.AddConsistency(log.Size - 2, log.Size, []);
        Failed(writer.Write(), Trust.InLog(log.Key), "V08");
    }

    [Fact]
    public void Two_heads_of_one_size_are_a_fork()
    {
        using var log = new MadeLog();
        var writer = log.Writer();
        var head = new Checkpoint(log.Key.Name, log.Size, Digest.Of("another"u8));
        var text = System.Text.Encoding.UTF8.GetBytes(head.ToText());
        writer.AddCheckpoint(SignedNote.Of(head.ToText(), log.Signer.Sign(text)));
        Failed(writer.Write(), Trust.InLog(log.Key), "V08");
    }

    private static void Failed(byte[] zip, Trust trust, string id)
    {
        var report = BundleVerifier.Verify(zip, trust);
        Assert.Equal(VerifyResult.Failed, report.Result);
        Assert.True(Status(report, id) == CheckStatus.Failed, string.Join("\n", report.Checks.Select(c => $"{c.Id} {c.Status} {c.Detail}")));
    }

    private static byte[] Changed(Action<SortedDictionary<string, ReadOnlyMemory<byte>>> change)
    {
        Assert.True(StoredZip.TryRead(OwnLog.Writer().Write(), out var read, out _));
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(read.ToDictionary(f => f.Key, f => f.Value), StringComparer.Ordinal);
        change(files);
        var listed = JsonValue.Object([.. files.Where(f => f.Key != BundlePaths.Manifest).Select(f => (f.Key, JsonValue.Of(Digest.Of(f.Value.Span).ToHex())))]);
        files[BundlePaths.Manifest] = Json(files[BundlePaths.Manifest]).With("files", listed).ToCanonicalBytes();
        return StoredZip.Write(files);
    }

    private static JsonValue Json(ReadOnlyMemory<byte> bytes) => StrictJson.TryParse(bytes.Span, out var json, out _) ? json : throw new InvalidDataException();

    private static CheckStatus Status(VerifyReport report, string id) => report.Checks.Single(c => c.Id == id).Status;

    private static string Detail(VerifyReport report, string id) => report.Checks.Single(c => c.Id == id).Detail;
}
