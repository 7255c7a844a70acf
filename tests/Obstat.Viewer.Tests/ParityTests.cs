using System.Text.Json.Nodes;
using Obstat.Proof.Bundles;
using Obstat.Proof.Notes;
using Obstat.Proof.Verification;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>Two verifiers that share no code say the same of the same bytes: result, status of every check, and, where nothing failed, every word.</summary>
public sealed class ParityTests(ViewerPage viewer)
{
    [Fact]
    public async Task The_browser_and_the_command_line_say_the_same_of_every_lie()
    {
        await using var page = await viewer.OpenAsync();
        var differences = new List<string>();
        foreach (var (name, (_, tell)) in LieTests.Lies)
        {
            using var log = new MadeLog();
            tell(log);
            differences.AddRange(await CompareAsync(page, name, log.Write(), log.LogKey));
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Fact]
    public async Task The_browser_and_the_command_line_say_the_same_of_every_truth_and_every_part_of_it()
    {
        await using var page = await viewer.OpenAsync();
        var differences = new List<string>();
        foreach (var (older, only) in new (int, int[]?)[] { (0, null), (5, null), (7, null), (0, [0, 1, 2, 3, 4, 5]), (0, [0, 4, 5]), (0, [4]), (0, [5]), (5, [0, 1, 2, 3, 6]) })
        {
            using var log = new MadeLog { Older = older, Only = only };
            if (only?.Contains(4) == false)
            {
                log.Files = files => Assert.True(files.Remove($"permits/{MadeLog.Jti}.jwt"));
            }

            differences.AddRange(await CompareAsync(page, $"older {older}, only {string.Join(' ', only ?? [])}", log.Write(), log.LogKey));
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Fact]
    public async Task Both_say_of_stops_before_a_permit_what_is_proved_and_what_is_not()
    {
        await using var page = await viewer.OpenAsync();
        var differences = new List<string>();
        foreach (var (name, status, words, tell) in new (string, string, string, Action<MadeLog>)[]
        {
            ("a halt after it", "verified", "no halt and no revocation in any entry before it", log => log.More.Add(("halt", "statement", _ => MadeLog.Halt("all"), ["scope"]))),
            ("leases alone", "verified", "no halt and no revocation in any entry before it", log =>
            {
                log.More.Add(("lease", "statement", _ => MadeLog.Lease("opened", null), ["leases"]));
                log.More.Add(("lease", "statement", _ => MadeLog.Lease("revoked", "Revoked"), ["leases"]));
                log.PermitAgain(released: true);
            }),
            ("a halt that was lifted", "verified", "every halt before it was lifted, and no revocation is before it", log =>
            {
                log.More.Add(("halt", "statement", _ => MadeLog.Halt("all"), ["scope"]));
                log.More.Add(("halt", "statement", _ => MadeLog.Halt("all", "a", "b"), ["scope"]));
                log.PermitAgain(released: true);
            }),
            ("stops of somebody", "not checked", "before it stand revocation of one tool in entry 7, halt of one principal in entry 8; whom they are of is hidden", log =>
            {
                log.More.Add(("revocation", "statement", _ => MadeLog.Revocation("tool"), ["target"]));
                log.More.Add(("halt", "statement", _ => MadeLog.Halt("principal"), ["scope"]));
                log.PermitAgain(released: true);
            }),
            ("a decision that met a halt and was not released", "not checked", "that its permit was released is not in this file", log =>
            {
                log.More.Add(("halt", "statement", _ => MadeLog.Halt("all"), ["scope"]));
                log.PermitAgain(released: false);
            }),
        })
        {
            using var log = new MadeLog();
            tell(log);
            var bundle = log.Write();
            Assert.True(VerifierKey.TryParse(log.LogKey, out var key));
            var check = BundleVerifier.Verify(bundle, Trust.InLog(key)).Checks.Single(c => c.Id == "V15");
            Assert.True(VerifyReport.Word(check.Status) == status && check.Findings.Any(f => f.Detail.Contains(words, StringComparison.Ordinal)), $"{name}: {VerifyReport.Word(check.Status)}, {check.Detail}");
            differences.AddRange(await CompareAsync(page, name, bundle, log.LogKey));
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Fact]
    public async Task The_browser_and_the_command_line_say_the_same_of_the_shared_log_under_each_trust()
    {
        await using var page = await viewer.OpenAsync();
        var bundle = new OwnBundle().Open("entry3.request.json").Open("entry4.response.json").Open("entry6.request.json").Write();
        var other = File.ReadAllText(Vectors.Shared("evidence/tessera/vkey")).Trim();
        var differences = new List<string>();
        foreach (var trust in new[] { OwnBundle.Policy, OwnBundle.LogKey, $"log {OwnBundle.LogKey}\nquorum none\n", other })
        {
            differences.AddRange(await CompareAsync(page, trust[..12], bundle, trust));
        }

        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Fact]
    public async Task A_bundle_of_the_exporter_is_verified_by_both_in_the_same_words()
    {
        SortedDictionary<string, byte[]> files = [];
        using var log = new MadeLog { Older = 5, Files = made => files = made };
        _ = log.Write();
        Assert.True(VerifierKey.TryParse(log.LogKey, out var key));
        var writer = new BundleWriter(key);
        for (var index = 0; index < 7; index++)
        {
            Assert.True(TlogProof.TryParse(files[$"entries/{index}.tlog-proof"], out var proof, out _));
            writer.Add(files[$"entries/{index}.statement.json"], files[$"entries/{index}.leaf"], proof);
        }

        writer.AddPermit(MadeLog.Jti, System.Text.Encoding.ASCII.GetString(files[$"permits/{MadeLog.Jti}.jwt"]));
        writer.AddBlob(files.Single(file => file.Key.StartsWith("blobs/", StringComparison.Ordinal)).Value);
        Assert.True(SignedNote.TryParse(files["checkpoints/5"], out var older, out _));
        writer.AddCheckpoint(older);
        var hashes = System.Text.Encoding.ASCII.GetString(files["consistency/5-7"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        writer.AddConsistency(5, 7, [.. hashes.Select(line => Proof.Digest.TryFromBytes(Convert.FromBase64String(line), out var digest) ? digest : default)]);
        var bundle = writer.Write();

        await using var page = await viewer.OpenAsync();
        Assert.Equal("VERIFIED", await page.JudgeAsync(log.LogKey, ("bundle.zip", bundle)));
        Assert.Empty(await CompareAsync(page, "exported", bundle, log.LogKey));
    }

    private static async Task<IEnumerable<string>> CompareAsync(OpenedViewer page, string name, byte[] bundle, string trust)
    {
        var believed = VerifierKey.TryParse(trust.Trim(), out var key) ? Trust.InLog(key)
            : TrustPolicy.TryParse(System.Text.Encoding.UTF8.GetBytes(trust), out var policy, out var error) ? Trust.InPolicy(policy) : throw new InvalidOperationException(error);
        var theirs = JsonNode.Parse(BundleVerifier.Verify(bundle, believed).ToJson().ToCanonicalBytes())!;
        var ours = JsonNode.Parse(await page.Page.EvaluateAsync<string>(
            "async ({ zip, trust }) => JSON.stringify(obstat.verdictJson(await obstat.verify(new Map([['bundle.zip', obstat.fromBase64(zip, 'zip')]]), trust)))",
            new { zip = Convert.ToBase64String(bundle), trust }))!;
        var differences = new List<string>();
        foreach (var member in new[] { "format", "result", "bounds", "notProved" })
        {
            Compare(member, Text(theirs[member]!), Text(ours[member]!));
        }

        foreach (var (their, our) in theirs["checks"]!.AsArray().Zip(ours["checks"]!.AsArray()))
        {
            var id = (string)their!["id"]!;
            Compare(id, (string)their["status"]!, (string)our!["status"]!);
            if (id != "V14" && (string)their["status"]! != "failed")
            {
                Compare(id, (string)their["detail"]!, (string)our["detail"]!);
            }
        }

        return differences;

        static string Text(JsonNode node) => System.Text.Encoding.UTF8.GetString(MadeLog.Canonical(node));

        void Compare(string what, string their, string our)
        {
            if (their != our)
            {
                differences.Add($"{name}, {what}: command line \"{their}\", browser \"{our}\"");
            }
        }
    }
}
