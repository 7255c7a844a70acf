using System.Text;
using System.Text.Json.Nodes;
using Obstat.Proof.Bundles;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>The golden bundle and every lie about it: the browser says of each what stands in the file, which is what the command line says.</summary>
public sealed class GoldenTests(ViewerPage viewer)
{
    private static string Trust => File.ReadAllText(Vectors.Own("evidence/policy"));

    [Fact]
    public async Task The_golden_bundle_is_verified_word_for_word()
    {
        await using var page = await viewer.OpenAsync();
        var verdict = await JudgeAsync(page, File.ReadAllBytes(Vectors.Own("evidence/bundle.zip")));
        var expected = JsonNode.Parse(File.ReadAllText(Vectors.Own("evidence/verify.json")))!;
        foreach (var json in new[] { verdict, expected })
        {
            json["checks"]!.AsArray().Single(c => (string)c!["id"]! == "V14")!["detail"] = "";
        }

        Assert.True(JsonNode.DeepEquals(expected, verdict), verdict.ToJsonString());
    }

    [Fact]
    public async Task Every_lie_about_the_golden_bundle_has_the_result_and_the_failed_checks_that_stand_there()
    {
        await using var page = await viewer.OpenAsync();
        var cases = JsonNode.Parse(File.ReadAllText(Vectors.Own("evidence/cases.json")))!["cases"]!.AsArray();
        Assert.True(cases.Count >= 50);
        var wrong = new List<string>();
        foreach (var test in cases)
        {
            var verdict = await JudgeAsync(page, Change(test!));
            var failed = string.Join(' ', verdict["checks"]!.AsArray().Where(c => (string)c!["status"]! == "failed").Select(c => (string)c!["id"]!));
            var expected = string.Join(' ', test!["failed"]!.AsArray().Select(c => (string)c!));
            if (failed != expected || (string)verdict["result"]! != (string)test["result"]!)
            {
                wrong.Add($"{test["name"]}: expected {test["result"]} [{expected}], got {verdict["result"]} [{failed}]");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static async Task<JsonNode> JudgeAsync(OpenedViewer page, byte[] zip) => JsonNode.Parse(await page.Page.EvaluateAsync<string>(
        "async ({ zip, trust }) => JSON.stringify(obstat.verdictJson(await obstat.verify(new Map([['bundle.zip', obstat.fromBase64(zip, 'zip')]]), trust)))",
        new { zip = Convert.ToBase64String(zip), trust = Trust }))!;

    /// <summary>As the README of the vectors says.</summary>
    private static byte[] Change(JsonNode test)
    {
        Assert.True(StoredZip.TryRead(File.ReadAllBytes(Vectors.Own("evidence/bundle.zip")), out var read, out var error), error);
        var files = new SortedDictionary<string, ReadOnlyMemory<byte>>(read.ToDictionary(f => f.Key, f => f.Value), StringComparer.Ordinal);
        foreach (var edit in test["edits"]!.AsArray())
        {
            var path = (string)edit!["path"]!;
            if (edit["remove"] is not null)
            {
                Assert.True(files.Remove(path), path);
            }
            else if ((edit["add"] ?? edit["like"]) is { } text)
            {
                files[path] = edit["like"] is null ? Encoding.Latin1.GetBytes((string)text!) : files[(string)text!];
            }
            else
            {
                var was = Encoding.Latin1.GetString(files[path].Span);
                var (from, to) = ((string)edit["from"]!, (string)edit["to"]!);
                var at = was.IndexOf(from, StringComparison.Ordinal);
                Assert.True(at >= 0, $"{from} in {path}");
                files[path] = Encoding.Latin1.GetBytes(was[..at] + to + was[(at + from.Length)..]);
            }
        }

        if ((string?)test["manifest"] != "kept")
        {
            var manifest = JsonNode.Parse(files["manifest.json"].Span)!;
            manifest["files"] = new JsonObject(files.Where(f => f.Key != "manifest.json").Select(f => KeyValuePair.Create(f.Key, (JsonNode?)Proof.Digest.Of(f.Value.Span).ToHex())));
            files["manifest.json"] = MadeLog.Canonical(manifest);
        }

        return StoredZip.Write(files);
    }
}
