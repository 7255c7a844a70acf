using System.Text;
using Obstat.Cli.Checking;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Core.Replays;
using Obstat.Proof.Verification;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat verify</c>: needs no plane, no configuration and no network, only what the caller trusts.</summary>
internal static class VerifyCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "verify",
        About = "check a bundle of evidence, offline, against a key that you trust: sixteen checks, each with its result",
        Examples = ["obstat verify bundle.zip --log-key \"local.k3v9q2x7ab.obstat.internal+5f3c0d11+AQ..\"", "obstat verify bundle.zip --trust trust.txt --output json"],
        Arguments = [new("BUNDLE", "a file that obstat export wrote")],
        Options = TrustGiven.Options,
        More = "Exit code 0: verified; 12: something failed; 13: something could not be checked; 2: no trust was given. There is no verification without it.",
        RunAsync = static (invocation, _) => Task.FromResult(Run(invocation)),
    };

    private static int Run(Invocation invocation)
    {
        if (!TrustGiven.TryRead(invocation, out var trust, out var code))
        {
            return code;
        }

        byte[] bundle;
        try
        {
            bundle = File.ReadAllBytes(invocation["BUNDLE"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "there is nothing to verify", "name a file that obstat export wrote"));
        }

        var report = BundleVerifier.Verify(bundle, trust, BundleReplay.Check());
        invocation.Terminal.Write(invocation.IsJson ? report.ToJson().ToString() : Text(report));
        return report.Result switch
        {
            VerifyResult.Verified => ExitCode.Done,
            VerifyResult.Failed => ExitCode.NotVerified,
            _ => ExitCode.Incomplete,
        };
    }

    private static string Text(VerifyReport report)
    {
        var text = new StringBuilder();
        foreach (var check in report.Checks)
        {
            _ = text.Append($"{check.Id}  {VerifyReport.Word(check.Status),-12}{check.Title}: {Shown.Of(check.Detail, 300)}\n");
        }

        _ = text.Append("\nnot proved\n");
        foreach (var line in VerifyReport.NotProved)
        {
            _ = text.Append("  ").Append(line).Append('\n');
        }

        return text.Append('\n').Append(report.Result switch { VerifyResult.Verified => "VERIFIED", VerifyResult.Failed => "FAILED", _ => "INCOMPLETE" }).Append('\n').ToString();
    }
}
