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
        About = "one screen: is it proved closed, does it serve, and if not, which part does not",
        Examples = ["obstat status", "obstat status --output json"],
        More = "Closed and serving are two questions: the first line is the age of the oldest last-passed probe of all connected enforcement points, which send an action that nothing permits. Exit code 0: serving; 10: refusing everything, with the reason code; 15: OPEN, a probe had an effect; 20: no control plane, so everything refuses.",
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
                ("closed", JsonValue.Object(("state", JsonValue.Of(Word(status.Closed.State))), ("sinceMs", status.Closed.SinceMs is { } since ? JsonValue.Of(since) : JsonValue.Null))),
                ("serving", JsonValue.Of(status.Serving.IsServing)),
                ("refusing", JsonValue.Of(status.Serving.Refusing?.ToCode())),
                ("probeMs", JsonValue.Of(status.ProbeMs)),
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
                    ("id", JsonValue.Of(p.Id)), ("kind", JsonValue.Of(p.Kind)), ("boot", JsonValue.Of(p.Boot)), ("entry", JsonValue.Of(p.Entry)), ("heardMs", JsonValue.Of(p.HeardMs)), ("open", JsonValue.Of(p.Open)),
                    ("proof", p.ToJson()["proof"]!), ("drift", JsonValue.Strings(p.Drift)), ("effective", JsonValue.Of(p.Effective)))))));
        }
        else
        {
            invocation.Terminal.Write(Text(status));
        }

        return status.Closed.State == ClosedState.Open ? ExitCode.Open : status.Serving.Refusing is null ? ExitCode.Done : ExitCode.Denied;
    }

    private static string Text(StatusAnswer status)
    {
        var lines = new List<string>
        {
            Closed(status),
            $"serving  {(status.DrainsUntil is not null && status.Serving.Refusing == DenyReason.Halted ? "drained - what runs goes on, nothing new starts" : status.Serving.Refusing is { } reason ? $"no - refusing {reason.ToCode()}" : status.Serving.SinceMs is { } ms ? $"yes - a permitted probe passed {Ago(ms)}" : "unknown - no permitted probe passed yet")}",
            FormattableString.Invariant($"  ledger    {status.Entries} entries, {status.Origin}"),
            $"  policies  {(status.Snapshot is { } digest ? FormattableString.Invariant($"{status.Policies} in force, snapshot sha256:{digest.ToHex()[..12]}") : "none in force")}",
            $"  keys      working keys until {status.KeysUntil}, root {status.Root}",
            $"  plane     started {status.Started}, epoch {status.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
        };
        if (status.DrainsUntil is { } drained)
        {
            lines.Insert(2, FormattableString.Invariant($"  drain     nothing new starts; {status.Running} running, ended at {drained} at the latest; obstat drain --end"));
        }

        if (status.BreakGlassUntil is { } broken)
        {
            lines.Insert(2, $"  BREAK-GLASS in force until {broken}; obstat break-glass --end");
        }

        lines.AddRange(status.Points.Select(p => FormattableString.Invariant($"  point     {p.Id} ({p.Kind}) {Row(p, status.ProbeMs)}, heard {Ago(p.HeardMs)}, {p.Open} open, entry {p.Entry}")));
        if (status.Points.IsEmpty)
        {
            lines.Add("  point     none registered since the start");
        }

        lines.AddRange(PolicyCommand.Lines(status.Rejected, "  rejected  "));
        if (status.Serving.Refusing is { } code)
        {
            lines.Add($"  fix       obstat explain {code.ToCode()}");
        }

        return string.Join('\n', lines);
    }

    private static string Closed(StatusAnswer status) => status.Closed switch
    {
        { State: ClosedState.Open } => $"OPEN     a probe that must have no effect had one: {string.Join(", ", status.Points.Where(p => p.Proof?.Effects > 0).Select(p => p.Id))}",
        { State: ClosedState.Closed, SinceMs: { } ms } => $"closed   proved closed {Ago(ms)}",
        { State: ClosedState.NotProved, SinceMs: { } ms } => $"closed   not proved since {Shown.Of(TimeSpan.FromMilliseconds(ms))}",
        _ => "closed   unknown - no enforcement point is connected; those that are away refuse",
    };

    private static string Row(PointShown point, long interval)
        => (point.HeardMs > Closedness.IntervalsMax * interval ? "away (refusing)"
            : point.Proof is not { } proof ? "not proved yet"
            : proof.Disarmed is { } cause ? $"DISARMED: {Shown.Of(cause, 120)}; obstat rearm {point.Id}"
            : proof.ClosedMs is { } closed ? $"proved closed {Ago(closed)}{(proof.Refusing is { } code ? $", refusing {code.ToCode()}" : "")}"
            : "not proved") + (point.Drift.IsEmpty ? "" : $", drifts in {string.Join(", ", point.Drift)}");

    private static string Ago(long ms) => $"{Shown.Of(TimeSpan.FromMilliseconds(ms))} ago";

    private static string Word(ClosedState state) => state switch
    {
        ClosedState.Open => "open",
        ClosedState.Closed => "closed",
        ClosedState.NotProved => "not-proved",
        _ => "unknown",
    };
}
