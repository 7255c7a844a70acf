using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Proof.Tests.Notes;
using Obstat.Proof.Verification;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Verification;

/// <summary>
/// Golden files for verifiers in other languages, in <c>vectors/evidence</c>: one bundle with everything in it, the trust files, the result word for word, and changes that must fail.
/// The signatures in it are random, so it is written once and kept; running the explicit test writes another.
/// </summary>
public sealed class GoldenBundleTests
{
    [Fact]
    public void The_golden_bundle_is_verified_word_for_word()
    {
        var report = BundleVerifier.Verify(Own("bundle.zip"), Trust.InPolicy(Policy()));
        Assert.Equal(VerifyResult.Verified, report.Result);
        Assert.Equal(Json(Own("verify.json")), report.ToJson());
        var keyOnly = BundleVerifier.Verify(Own("bundle.zip"), Trust.InLog(Policy().Logs[0]));
        Assert.Equal(VerifyResult.Verified, keyOnly.Result);
    }

    [Fact]
    public void Every_change_of_the_golden_cases_has_the_result_that_stands_there()
    {
        var cases = Json(Own("cases.json"));
        Assert.True(cases["cases"]!.Items.Length >= 30);
        foreach (var test in cases["cases"]!.Items)
        {
            var report = BundleVerifier.Verify(Change(test), Trust.InPolicy(Policy()));
            var failed = report.Checks.Where(c => c.Status == CheckStatus.Failed).Select(c => c.Id);
            Assert.True(report.ToJson()["result"]!.AsString == test["result"]!.AsString, $"{test["name"]}: {Tell(report)}");
            Assert.True(failed.SequenceEqual(test["failed"]!.Items.Select(i => i.AsString)), $"{test["name"]}: {Tell(report)}");
        }
    }

    [Fact(Explicit = true)]
    public void The_golden_files_are_written_anew()
    {
        Directory.CreateDirectory(Vectors.Own("evidence"));
        using var log = new MadeLog("golden");
        var older = log.Head;
        var index = log.Append(log.Decision(allowed: true));
        log.Append(log.Decision(allowed: false));
        log.Append(log.Outcome(index));
        log.Append(new GapStatement
        {
            Nonce = log.KeySet().Nonce, Origin = log.Key.Name, Time = log.Now(), Clock = MadeLog.Clock, Plane = MadeLog.Plane, Kind = "clock", From = log.Now(), To = log.Now(), Ep = null, Ranges = [],
            Counts = System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty, Halts = [], Why = "wall clock stepped by 3100 ms",
        });
        log.Append(log.Coverage());
        var witness = new TrustPolicyTests.Witness("witness.example/w1", 11);
        var policy = Encoding.UTF8.GetBytes($"log {log.Key}\nwitness w1 {witness.Key}\nquorum w1\n");
        var writer = log.Writer(log.Head.With(witness.Cosign(log.Head, 1_795_426_300)), policy);
        writer.AddCheckpoint(older.With(witness.Cosign(older, 1_795_426_250)));
        writer.AddConsistency(4, log.Size, ConsistencyProof.Make(4, log.Size, log.Nodes));
        writer.AddSnapshot("permit(principal, action, resource);"u8.ToArray());
        var zip = writer.Write();
        File.WriteAllBytes(Vectors.Own("evidence/bundle.zip"), zip);
        File.WriteAllBytes(Vectors.Own("evidence/policy"), policy);
        File.WriteAllText(Vectors.Own("evidence/vkey"), log.Key + "\n");
        File.WriteAllText(Vectors.Own("evidence/verify.json"), BundleVerifier.Verify(zip, Trust.InPolicy(Policy())).ToJson() + "\n");
        var cases = GoldenCases.All(Files()).Select(c =>
        {
            var report = BundleVerifier.Verify(Change(c), Trust.InPolicy(Policy()));
            return c.With("result", report.ToJson()["result"]!).With("failed", JsonValue.Strings(report.Checks.Where(x => x.Status == CheckStatus.Failed).Select(x => x.Id)));
        }).ToArray();
        var text = string.Join(",\n", cases.Select(c => "  " + c));
        File.WriteAllText(Vectors.Own("evidence/cases.json"), $"{{\"cases\":[\n{text}\n],\"format\":\"execution-evidence-cases/1\"}}\n");
    }

    private static SortedDictionary<string, ReadOnlyMemory<byte>> Files()
    {
        Assert.True(StoredZip.TryRead(Own("bundle.zip"), out var read, out var error), error);
        return new(read.ToDictionary(f => f.Key, f => f.Value), StringComparer.Ordinal);
    }

    /// <summary>
    /// The bundle with the changes of a case: <c>edits</c> replace the first occurrence of a text in a file (bytes as Latin-1), remove a file, add one, or give it another's content;
    /// then <c>files</c> of the manifest is computed again unless <c>manifest</c> is <c>kept</c>, and the container is written in its one spelling.
    /// </summary>
    private static byte[] Change(JsonValue test)
    {
        var files = Files();
        foreach (var edit in test["edits"]!.Items)
        {
            var path = edit["path"]!.AsString!;
            if (edit["remove"] is not null)
            {
                Assert.True(files.Remove(path), path);
            }
            else if (edit["add"]?.AsString is { } added)
            {
                files[path] = Encoding.Latin1.GetBytes(added);
            }
            else if (edit["like"]?.AsString is { } like)
            {
                files[path] = files[like];
            }
            else
            {
                var text = Encoding.Latin1.GetString(files[path].Span);
                var (from, to) = (edit["from"]!.AsString!, edit["to"]!.AsString!);
                var at = text.IndexOf(from, StringComparison.Ordinal);
                Assert.True(at >= 0, $"{test["name"]}: {from} in {path}");
                files[path] = Encoding.Latin1.GetBytes(text[..at] + to + text[(at + from.Length)..]);
            }
        }

        if (test["manifest"]?.AsString != "kept")
        {
            var listed = JsonValue.Object([.. files.Where(f => f.Key != BundlePaths.Manifest).Select(f => (f.Key, JsonValue.Of(Digest.Of(f.Value.Span).ToHex())))]);
            files[BundlePaths.Manifest] = Json(files[BundlePaths.Manifest].ToArray()).With("files", listed).ToCanonicalBytes();
        }

        return StoredZip.Write(files);
    }

    private static byte[] Own(string name) => File.ReadAllBytes(Vectors.Own("evidence/" + name));

    private static TrustPolicy Policy() => TrustPolicy.TryParse(Own("policy"), out var policy, out var error) ? policy : throw new InvalidDataException(error);

    private static JsonValue Json(byte[] bytes) => StrictJson.TryParse(bytes, out var json, out var error) ? json : throw new InvalidDataException(error.ToString());

    private static string Tell(VerifyReport report) => string.Join("\n", report.Checks.Select(c => $"{c.Id} {c.Status} {c.Detail}"));
}
