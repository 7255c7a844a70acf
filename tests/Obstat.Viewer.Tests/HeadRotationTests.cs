using Obstat.Proof.Notes;
using Obstat.Proof.Verification;

namespace Obstat.Viewer.Tests;

/// <summary>Bundles of a log whose head key was replaced: both verifiers believe them under whichever key signs their head, and find what does not follow.</summary>
public sealed class HeadRotationTests(ViewerPage viewer)
{
    /// <summary>What was done to the head key, which key is given, and which checks fail in both verifiers.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        { "overlap", "old", "" },
        { "overlap", "next", "" },
        { "ended", "next", "" },
        { "ended", "old", "V06" },                 // its head has no line of that key any more
        { "unproven", "next", "V03,V06" },
        { "unproven", "old", "V03" },
        { "signed on", "old", "V06" },
        { "signed on", "next", "V06" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_bundle_of_a_rotated_log_is_judged_alike_by_both_verifiers(string done, string given, string failed)
    {
        using var log = new MadeLog { OldSignsOn = done == "signed on" };
        log.Rotate(isProven: done != "unproven");
        if (done is "ended" or "signed on")
        {
            log.EndOverlap();
        }

        var zip = log.Write();
        var key = given == "old" ? log.LogKey : log.NextKey;
        Assert.True(VerifierKey.TryParse(key, out var trusted));
        var report = BundleVerifier.Verify(zip, Trust.InLog(trusted));
        Assert.Equal(failed, string.Join(',', report.Checks.Where(c => c.Status == CheckStatus.Failed).Select(c => c.Id).Distinct()));
        await using var page = await viewer.OpenAsync();
        var verdict = await page.JudgeAsync(key, ("bundle.zip", zip));
        Assert.Equal(failed.Length == 0 ? "VERIFIED" : "FAILED", verdict);
        Assert.Equal(failed, failed.Length == 0 ? "" : await page.FailedAsync());
    }

    [Fact]
    public async Task A_trust_file_with_both_keys_takes_heads_of_each_time()
    {
        foreach (var ends in new[] { false, true })
        {
            using var log = new MadeLog { Older = 5 };
            log.Rotate();
            if (ends)
            {
                log.EndOverlap();
            }

            var (zip, trust) = (log.Write(), $"log {log.NextKey}\nlog {log.LogKey}\nquorum none\n");
            Assert.True(TrustPolicy.TryParse(System.Text.Encoding.UTF8.GetBytes(trust), out var policy, out var error), error);
            Assert.DoesNotContain(BundleVerifier.Verify(zip, Trust.InPolicy(policy)).Checks, c => c.Status == CheckStatus.Failed);
            await using var page = await viewer.OpenAsync();
            Assert.NotEqual("FAILED", await page.JudgeAsync(trust, ("bundle.zip", zip)));
        }
    }
}
