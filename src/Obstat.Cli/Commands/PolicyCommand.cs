using System.Collections.Immutable;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat policy</c>.</summary>
internal static class PolicyCommand
{
    public static Verb Activate { get; } = new()
    {
        Path = "policy activate",
        About = "have the plane read policies, pins, identities and issuers' keys again",
        Examples = ["obstat policy activate"],
        More = "A set that does not load changes nothing: what was in force stays in force, and the findings are shown. Exit code 14 then.",
        RunAsync = RunAsync,
    };

    /// <summary>One line a finding.</summary>
    public static IEnumerable<string> Lines(IEnumerable<LawFindingShown> findings, string before)
        => findings.Select(f => $"{before}{(f.IsRefusing ? "refused" : "warning")} {f.File ?? "policies"}{(f.Line == 0 ? "" : FormattableString.Invariant($":{f.Line}:{f.Column}"))} {f.Code}: {Shown.Of(f.Message, 400)}");

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var (answer, code) = await Plane.AskAsync<AdminRequest, ActivateAnswer>(invocation, AdminRoutes.Activate, new AdminRequest(), cancellation).ConfigureAwait(false);
        return answer is null ? code : Told(invocation, answer);
    }

    /// <summary>Shows what an activation came to and gives the exit code.</summary>
    public static int Told(Invocation invocation, ActivateAnswer answer)
    {
        var snapshot = answer.Snapshot is { } digest ? $"sha256:{digest.ToHex()}" : null;
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("policy-activate",
                ("reason", JsonValue.Of(answer.Reason?.ToCode())),
                ("entry", answer.Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null),
                ("snapshot", JsonValue.Of(snapshot)),
                ("policies", JsonValue.Of(answer.Policies)),
                ("findings", JsonValue.Array(answer.Findings.Select(f => f.ToJson()))));
        }
        else if (answer.Reason is null)
        {
            invocation.Terminal.Write(FormattableString.Invariant(
                $"in force  {answer.Policies} policies, snapshot {snapshot ?? "none"}, {(answer.Entry is { } at ? $"entry {at}" : "unchanged")}"));
        }

        foreach (var line in Lines(answer.Findings, ""))
        {
            invocation.Terminal.Tell(line);
        }

        return answer.Reason is not { } reason ? ExitCode.Done : invocation.Terminal.Fail(ExitCode.PolicyInvalid, new ErrorText(
            reason.ToCode(),
            reason == DenyReason.PolicyMissing ? "the folder has no policy" : "the set does not load",
            ImmutableArray.Create(("effect", answer.Snapshot is null ? "nothing is in force: everything is refused" : "what was in force before still is"), ("fix", "correct the findings above, then: obstat policy activate"))));
    }
}
