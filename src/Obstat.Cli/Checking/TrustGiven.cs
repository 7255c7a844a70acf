using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Notes;
using Obstat.Proof.Verification;

namespace Obstat.Cli.Checking;

/// <summary>What the caller of a verifying command believes: one of <c>--log-key</c> and <c>--trust</c>. There is no verification without it.</summary>
internal static class TrustGiven
{
    /// <summary>The options.</summary>
    public static ImmutableArray<Option> Options { get; } =
        [new("--log-key", "VKEY", "the ledger's public key, got on a way that you trust"), new("--trust", "FILE", "a trust file (C2SP tlog-policy): logs, witnesses, quorum")];

    /// <summary>Reads it; otherwise tells what is wrong and gives the exit code.</summary>
    public static bool TryRead(Invocation invocation, [NotNullWhen(true)] out Trust? trust, out int code)
    {
        (trust, code) = (null, ExitCode.Usage);
        var (key, file) = (invocation.Option("--log-key"), invocation.Option("--trust"));
        if (key is null == file is null)
        {
            code = invocation.Misused(
                key is null ? "no trust root was given" : "both --log-key and --trust",
                key is null ? "evidence that vouches for itself proves nothing" : "one of the two would not apply",
                "--log-key VKEY: the operator tells it (obstat status), on another way than the evidence came");
            return false;
        }

        if (key is not null)
        {
            trust = VerifierKey.TryParse(key, out var parsed) && parsed.Type == NoteKeyType.Ed25519 ? Trust.InLog(parsed) : null;
            code = trust is not null ? ExitCode.Done : invocation.Misused($"--log-key \"{Shown.Of(key, 120)}\" is no log key", "expected NAME+HEX8+BASE64 whose id is that of its key", "copy it whole");
            return trust is not null;
        }

        try
        {
            trust = TrustPolicy.TryParse(File.ReadAllBytes(file!), out var policy, out var error) && !policy.Logs.IsEmpty ? Trust.InPolicy(policy) : null;
            code = trust is not null ? ExitCode.Done : invocation.Misused($"{file}: {error ?? "names no log"}", "what is not understood is not trusted", "correct the trust file");
            return trust is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            code = invocation.Misused(e.Message, "without it nothing is trusted", "name a trust file that can be read");
            return false;
        }
    }
}
