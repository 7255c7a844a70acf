using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Notes;
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
        Options = [new("--log-key", "VKEY", "the ledger's public key, got on a way that you trust"), new("--trust", "FILE", "a trust file (C2SP tlog-policy): logs, witnesses, quorum")],
        More = "Exit code 0: verified; 12: something failed; 13: something could not be checked; 2: no trust was given. There is no verification without it.",
        RunAsync = static (invocation, _) => Task.FromResult(Run(invocation)),
    };

    private static int Run(Invocation invocation)
    {
        if (!TryTrust(invocation, out var trust, out var code))
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

        var report = BundleVerifier.Verify(bundle, trust);
        invocation.Terminal.Write(invocation.IsJson ? report.ToJson().ToString() : Text(report));
        return report.Result switch
        {
            VerifyResult.Verified => ExitCode.Done,
            VerifyResult.Failed => ExitCode.NotVerified,
            _ => ExitCode.Incomplete,
        };
    }

    private static bool TryTrust(Invocation invocation, [NotNullWhen(true)] out Trust? trust, out int code)
    {
        (trust, code) = (null, ExitCode.Usage);
        var (key, file) = (invocation.Option("--log-key"), invocation.Option("--trust"));
        if (key is null == file is null)
        {
            code = invocation.Misused(
                key is null ? "no trust root was given" : "both --log-key and --trust",
                key is null ? "a bundle that vouches for itself proves nothing" : "one of the two would not apply",
                "--log-key VKEY: the operator tells it (obstat status), on another way than the bundle came");
            return false;
        }

        if (key is not null)
        {
            trust = VerifierKey.TryParse(key, out var parsed) ? Trust.InLog(parsed) : null;
            code = trust is not null ? ExitCode.Done : invocation.Misused($"--log-key \"{Shown.Of(key, 120)}\" is no log key", "expected NAME+HEX8+BASE64 whose id is that of its key", "copy it whole");
            return trust is not null;
        }

        try
        {
            trust = TrustPolicy.TryParse(File.ReadAllBytes(file!), out var policy, out var error) ? Trust.InPolicy(policy) : null;
            code = trust is not null ? ExitCode.Done : invocation.Misused($"{file}: {error}", "what is not understood is not trusted", "correct the trust file");
            return trust is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            code = invocation.Misused(e.Message, "without it nothing is trusted", "name a trust file that can be read");
            return false;
        }
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
