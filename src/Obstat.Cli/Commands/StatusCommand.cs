using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat status</c>.</summary>
internal static class StatusCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "status",
        About = "one screen: does it serve, and if not, which part does not",
        Examples = ["obstat status", "obstat status --output json"],
        More = "Exit code 0: serving; 10: refusing everything, with the reason code; 20: no control plane, so everything refuses.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var (status, code) = await Plane.AskAsync<AdminRequest, StatusAnswer>(invocation, AdminRoutes.Status, new AdminRequest(), cancellation).ConfigureAwait(false);
        if (status is null)
        {
            return code;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("status",
                ("serving", JsonValue.Of(status.Refusing is null)),
                ("refusing", JsonValue.Of(status.Refusing?.ToCode())),
                ("running", JsonValue.Of(status.Running)),
                ("drainsUntil", JsonValue.Of(status.DrainsUntil)),
                ("breakGlassUntil", JsonValue.Of(status.BreakGlassUntil)),
                ("origin", JsonValue.Of(status.Origin)),
                ("logKey", JsonValue.Of(status.HeadKey)),
                ("rootKid", JsonValue.Of(status.Root)),
                ("entries", JsonValue.Of(status.Entries)),
                ("instance", JsonValue.Of(status.Instance)),
                ("epoch", JsonValue.Of(status.Epoch)),
                ("started", JsonValue.Of(status.Started)),
                ("keysUntil", JsonValue.Of(status.KeysUntil)),
                ("snapshot", JsonValue.Of(status.Snapshot is { } digest ? $"sha256:{digest.ToHex()}" : null)),
                ("policies", JsonValue.Of(status.Policies)),
                ("rejected", JsonValue.Array(status.Rejected.Select(f => f.ToJson()))),
                ("points", JsonValue.Array(status.Points.Select(p => JsonValue.Object(
                    ("id", JsonValue.Of(p.Id)), ("kind", JsonValue.Of(p.Kind)), ("boot", JsonValue.Of(p.Boot)), ("entry", JsonValue.Of(p.Entry)), ("heardMs", JsonValue.Of(p.HeardMs)), ("open", JsonValue.Of(p.Open)))))));
        }
        else
        {
            invocation.Terminal.Write(Text(status));
        }

        return status.Refusing is null ? ExitCode.Done : ExitCode.Denied;
    }

    private static string Text(StatusAnswer status)
    {
        var lines = new List<string>
        {
            $"serving  {(status.Refusing is { } reason ? $"no - refusing {reason.ToCode()}" : "yes")}",
            FormattableString.Invariant($"  ledger    {status.Entries} entries, {status.Origin}"),
            $"  policies  {(status.Snapshot is { } digest ? FormattableString.Invariant($"{status.Policies} in force, snapshot sha256:{digest.ToHex()[..12]}") : "none in force")}",
            $"  keys      working keys until {status.KeysUntil}, root {status.Root}",
            $"  plane     started {status.Started}, epoch {status.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
        };
        if (status.DrainsUntil is { } drained)
        {
            lines.Insert(1, FormattableString.Invariant($"  drain     nothing new starts; {status.Running} running, ended at {drained} at the latest; obstat drain --end"));
        }

        if (status.BreakGlassUntil is { } broken)
        {
            lines.Insert(1, $"  BREAK-GLASS in force until {broken}; obstat break-glass --end");
        }

        lines.AddRange(status.Points.Select(p => FormattableString.Invariant($"  point     {p.Id} ({p.Kind}) heard {Shown.Of(TimeSpan.FromMilliseconds(p.HeardMs))} ago, {p.Open} open, entry {p.Entry}")));
        if (status.Points.IsEmpty)
        {
            lines.Add("  point     none registered since the start");
        }

        lines.AddRange(PolicyCommand.Lines(status.Rejected, "  rejected  "));
        if (status.Refusing is { } code)
        {
            lines.Add($"  fix       obstat explain {code.ToCode()}");
        }

        return string.Join('\n', lines);
    }
}
