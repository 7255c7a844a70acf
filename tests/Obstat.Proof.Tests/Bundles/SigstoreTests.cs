using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Obstat.Proof.Bundles;
using Obstat.Proof.Notes;
using Obstat.Proof.Tests.Verification;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Bundles;

/// <summary>What our exporter writes, read by npm's <c>@sigstore/verify</c>, which shares nothing with us: every bundle accepted, every change of it that this tool looks at refused.</summary>
public sealed class SigstoreTests
{
    private static readonly string s_folder = Path.Combine(Vectors.Root, "tests", "npm");

    /// <summary>The changes. Left out is what this tool does not look at: the outer <c>logIndex</c>, <c>integratedTime</c>, <c>inclusionProof.rootHash</c>; ours compares those too.</summary>
    private static readonly (string Name, Action<JsonNode> Change)[] s_changes =
    [
        ("payload", b => b["dsseEnvelope"]!["payload"] = Flipped(b["dsseEnvelope"]!["payload"]!)),
        ("payload type", b => b["dsseEnvelope"]!["payloadType"] = "application/vnd.in-toto+jsom"),
        ("signature", b => b["dsseEnvelope"]!["signatures"]![0]!["sig"] = Flipped(b["dsseEnvelope"]!["signatures"]![0]!["sig"]!)),
        ("leaf", b => Entry(b)["canonicalizedBody"] = Flipped(Entry(b)["canonicalizedBody"]!)),
        ("log", b => Entry(b)["logId"]!["keyId"] = Flipped(Entry(b)["logId"]!["keyId"]!)),
        ("first hash", b => Inclusion(b)["hashes"]![0] = Flipped(Inclusion(b)["hashes"]![0]!)),
        ("a hash less", b => Inclusion(b)["hashes"]!.AsArray().RemoveAt(0)),
        ("index", b => Inclusion(b)["logIndex"] = ((long.Parse((string)Inclusion(b)["logIndex"]!, System.Globalization.CultureInfo.InvariantCulture) + 1) % 4).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("root of the head", b => Head(b, 2, line => Convert.ToBase64String(Digest.Of(Encoding.ASCII.GetBytes(line)).ToArray()))),
        ("size of the head", b => Head(b, 1, line => line + "0")),
        ("signature of the head", b => Head(b, 4, line => line[..^8] + (line[^8] == 'A' ? 'B' : 'A') + line[^7..])),
        ("no proof", b => Entry(b).AsObject().Remove("inclusionProof")),
    ];

    [Fact]
    public void Bundles_of_our_exporter_are_accepted_by_another_verifier_and_each_change_of_them_refused()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(s_folder, "node_modules", "@sigstore", "verify")), "@sigstore/verify is not installed in tests/npm");
        using var log = new MadeLog("sigstore");
        var allowed = log.Append(log.Decision(allowed: true));
        log.Append(log.Outcome(allowed));
        Assert.True(StoredZip.TryRead(log.Writer().Write(), out var files, out _));
        var root = JsonNode.Parse(files[BundlePaths.TrustedRoot].Span)!;
        var foreign = JsonNode.Parse(TrustedRoot.Of(NoteSigner.Generate(log.Key.Name).VerifierKey, DateTimeOffset.UnixEpoch).ToCanonicalBytes())!;
        var cases = new List<(string Name, bool Accepted, JsonNode Line)>();
        for (var i = 0; i < log.Size; i++)
        {
            var bundle = JsonNode.Parse(files[BundlePaths.Entry(i, "sigstore.json")].Span)!;
            var leaf = JsonNode.Parse(files[BundlePaths.Entry(i, "leaf")].Span)!;
            var key = (string)leaf["spec"]!["hashedRekordV002"]!["signature"]!["verifier"]!["publicKey"]!["rawBytes"]!;
            cases.Add(($"entry {i}", true, Line(bundle, root, key)));
            cases.Add(($"entry {i}, another key of the log", false, Line(bundle, foreign, key)));
            cases.Add(($"entry {i}, another statement key", false, Line(bundle, root, log.Root.PublicKey.ToBase64())));
            foreach (var (name, change) in s_changes)
            {
                var changed = bundle.DeepClone();
                change(changed);
                Assert.False(JsonNode.DeepEquals(changed, bundle), name);
                cases.Add(($"entry {i}, {name}", false, Line(changed, root, key)));
            }
        }

        var answers = Ask(cases.Select(c => c.Line.ToJsonString()));
        Assert.Equal(cases.Count, answers.Length);
        var wrong = cases.Zip(answers).Where(c => (c.Second == "ok") != c.First.Accepted).Select(c => $"{c.First.Name}: {c.Second}").ToArray();
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    private static JsonObject Line(JsonNode bundle, JsonNode root, string key) => new JsonObject { ["bundle"] = bundle.DeepClone(), ["trustedRoot"] = root.DeepClone(), ["key"] = key };

    private static JsonNode Entry(JsonNode bundle) => bundle["verificationMaterial"]!["tlogEntries"]![0]!;

    private static JsonNode Inclusion(JsonNode bundle) => Entry(bundle)["inclusionProof"]!;

    private static void Head(JsonNode bundle, int at, Func<string, string> change)
    {
        var lines = ((string)Inclusion(bundle)["checkpoint"]!["envelope"]!).Split('\n');
        lines[at] = change(lines[at]);
        Inclusion(bundle)["checkpoint"]!["envelope"] = string.Join('\n', lines);
    }

    private static string Flipped(JsonNode base64)
    {
        var bytes = Convert.FromBase64String((string)base64!);
        bytes[bytes.Length / 2] ^= 1;
        return Convert.ToBase64String(bytes);
    }

    private static string[] Ask(IEnumerable<string> lines)
    {
        using var node = Process.Start(new ProcessStartInfo("node", "sigstore-oracle.mjs") { WorkingDirectory = s_folder, RedirectStandardInput = true, RedirectStandardOutput = true, StandardInputEncoding = new UTF8Encoding(false) })!;
        var reading = node.StandardOutput.ReadToEndAsync();
        foreach (var line in lines)
        {
            node.StandardInput.WriteLine(line);
        }

        node.StandardInput.Close();
        return reading.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
