using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Json;

namespace Obstat.Proof.Tests.Verification;

/// <summary>The changes of the golden bundle: one lie each, about every part of it. The results are computed once, looked at by people, and kept.</summary>
internal static class GoldenCases
{
    public static IEnumerable<JsonValue> All(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        var permit = files.Keys.Single(p => p.StartsWith("permits/", StringComparison.Ordinal));
        var blobs = files.Keys.Where(p => p.StartsWith("blobs/", StringComparison.Ordinal)).ToArray();
        var snapshot = files.Keys.Single(p => p.StartsWith("snapshot/", StringComparison.Ordinal));
        foreach (var kind in new[] { "statement.json", "dsse.json", "leaf", "tlog-proof", "sigstore.json" })
        {
            yield return Case($"{kind} of another entry", Like($"entries/4.{kind}", $"entries/5.{kind}"));
        }

        foreach (var kind in new[] { "statement.json", "dsse.json", "leaf", "tlog-proof" })
        {
            yield return Case($"{kind} missing", Remove($"entries/4.{kind}"));
        }

        yield return Case("no Sigstore bundle", Remove("entries/4.sigstore.json"));
        yield return Case("decision turned", Edit("entries/4.statement.json", "\"decision\":\"allow\"", "\"decision\":\"denyy\""));
        yield return Case("time of a decision", Edit("entries/4.statement.json", "2026", "2025"));
        yield return Case("unknown member", Edit("entries/4.statement.json", "\"trace\":null", "\"trace\":null,\"x\":1"));
        yield return Case("space in a statement", Edit("entries/4.statement.json", ",\"trace\"", ", \"trace\""));
        yield return Case("unknown type", Edit("entries/4.statement.json", "decision/v1", "decision/v2"));
        yield return Case("an ask that coverage does not count", Edit("entries/8.statement.json", "\"asks\":2", "\"asks\":1"));
        yield return Case("coverage that is not the last", Edit("entries/8.statement.json", "\"final\":true", "\"final\":false"));
        yield return Case("coverage of more numbers than there are", Edit("entries/8.statement.json", "\"throughSeq\":3", "\"throughSeq\":4"));
        yield return Case("payload type", Edit("entries/4.dsse.json", "in-toto", "in-tota"));
        yield return Case("second signature", Edit("entries/4.dsse.json", "\"signatures\":[", "\"signatures\":[{\"sig\":\"AAAA\"},"));
        yield return Case("keyid", Edit("entries/4.dsse.json", "{\"sig\"", "{\"keyid\":\"\",\"sig\""));
        yield return Case("leaf version", Edit("entries/4.leaf", "0.0.2", "0.0.1"));
        yield return Case("leaf algorithm", Edit("entries/4.leaf", "SHA2_256", "SHA2_512"));
        yield return Case("proof index", Edit("entries/4.tlog-proof", "index 4", "index 5"));
        yield return Case("proof index with a leading zero", Edit("entries/4.tlog-proof", "index 4", "index 04"));
        yield return Case("proof size", Edit("entries/4.tlog-proof", "\n9\n", "\n8\n"));
        yield return Case("proof extension line", Edit("entries/4.tlog-proof", "\n9\n", "\n9\nx"));
        yield return Case("proof origin", Edit("entries/4.tlog-proof", "golden.example\n9", "goldeN.example\n9"));
        yield return Case("log line of another name", Edit("entries/4.tlog-proof", "golden.example ", "goldeN.example "));
        yield return Case("cosignature of another name", Edit("entries/4.tlog-proof", "witness.example/w1", "witness.example/w2"));
        yield return Case("Sigstore index", Edit("entries/4.sigstore.json", "\"logIndex\":\"4\"", "\"logIndex\":\"5\""));
        yield return Case("Sigstore time", Edit("entries/4.sigstore.json", "\"integratedTime\":\"0\"", "\"integratedTime\":\"1\""));
        yield return Case("permit cut", Edit(permit, ".", ""));
        yield return Case("permit signature", Edit(permit, Tail(files[permit]), Turned(Tail(files[permit]))));
        yield return Case("permit missing", Remove(permit));
        yield return Case("permit of no decision", Add("permits/AAAAAAAAAAAAAAAAAAAAAA.jwt", "a.b.c"));
        yield return Case("blob of another text", Like(blobs[0], blobs[1]));
        yield return Case("blob with another action", Edit(blobs[0], "transfer", "transfeR"));
        yield return Case("blob of no statement", Add($"blobs/{Digest.Of("{}"u8).ToHex()}.json", "{}"));
        yield return Case("snapshot part of another digest", Edit(snapshot, "permit", "forbid"));
        yield return Case("no genesis", Remove("entries/0.statement.json"), Remove("entries/0.dsse.json"), Remove("entries/0.leaf"), Remove("entries/0.tlog-proof"), Remove("entries/0.sigstore.json"), Edit(BundlePaths.Manifest, "[0,1,", "[1,"));
        yield return Case("older head under another size", Like("checkpoints/5", "checkpoints/4"), Remove("checkpoints/4"));
        yield return Case("older head is the newer", Edit("checkpoints/4", "\n4\n", "\n9\n"));
        yield return Case("consistency missing", Remove("consistency/4-9"));
        yield return Case("consistency empty", Add("consistency/4-9", ""));
        yield return Case("copy of the keys", Edit(BundlePaths.Keys, "\"role\":\"report\"", "\"role\":\"statement\""));
        yield return Case("copy of the trusted root", Edit(BundlePaths.TrustedRoot, "PKIX_ED25519", "PKIX_ED25518"));
        yield return Case("another readme", Edit(BundlePaths.Readme, "Trust comes from you", "Trust comes from us "));
        yield return Case("a policy that is none", Edit(BundlePaths.Policy, "quorum w1", "quorum w2"));
        yield return Case("a policy of no log", Add(BundlePaths.Policy, "quorum none\n"));
        yield return Case("created", Edit(BundlePaths.Manifest, "\"created\":\"2026", "\"created\":\"2025"));
        yield return Case("origin of the manifest", Edit(BundlePaths.Manifest, "golden.example", "goldeN.example"));
        yield return Case("format of the manifest", Edit(BundlePaths.Manifest, "execution-evidence/1", "execution-evidence/2"));
        yield return Case("entry twice", Edit(BundlePaths.Manifest, "[0,1,", "[0,0,1,"));
        yield return Case("file of no form", Add("entries/4.note", "x"));
        yield return Case("file beside the manifest", Add(BundlePaths.Readme, "x")).With("manifest", JsonValue.Of("kept"));
        yield return Case("line of the manifest without its file", Remove(BundlePaths.Readme)).With("manifest", JsonValue.Of("kept"));
    }

    private static JsonValue Case(string name, params JsonValue[] edits) => JsonValue.Object(("name", JsonValue.Of(name)), ("edits", JsonValue.Array(edits)));

    private static JsonValue Edit(string path, string from, string to) => JsonValue.Object(("path", JsonValue.Of(path)), ("from", JsonValue.Of(from)), ("to", JsonValue.Of(to)));

    private static JsonValue Remove(string path) => JsonValue.Object(("path", JsonValue.Of(path)), ("remove", JsonValue.True));

    private static JsonValue Add(string path, string text) => JsonValue.Object(("path", JsonValue.Of(path)), ("add", JsonValue.Of(text)));

    private static JsonValue Like(string path, string other) => JsonValue.Object(("path", JsonValue.Of(path)), ("like", JsonValue.Of(other)));

    private static string Tail(ReadOnlyMemory<byte> permit) => Encoding.ASCII.GetString(permit.Span)[^20..^10];

    private static string Turned(string text) => (text[0] == 'A' ? 'B' : 'A') + text[1..];
}
