using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat drain</c>.</summary>
internal static class DrainCommand
{
    private const string WithinDefault = "60s";
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(200);

    public static Verb Verb { get; } = new()
    {
        Path = "drain",
        About = "let nothing new start and what runs come to its end, at the latest at a bound",
        Examples = ["obstat drain --within 5m --wait --reason upgrade", "obstat drain --end --reason upgraded"],
        Options =
        [
            new("--within", "TIME", $"how long what runs may still take, at most 1h (default {WithinDefault})"),
            new("--wait", null, "come back when nothing runs any more"),
            new("--end", null, "end the drain: new executions are decided again"),
            new("--reason", "TEXT", "why, for the ledger"),
        ],
        More = "New executions are refused with Halted, and each refusal is recorded. At the bound the leases of what still runs end; a call without a lease ends with its permit. A start of the plane is not drained.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var reason = invocation.Option("--reason") is { Length: > 0 and <= Order.TextMax - 32 } text ? text : "no reason given";
        var within = Duration(invocation.Option("--within") ?? WithinDefault);
        if (within is null || within > TimeSpan.FromMilliseconds(DrainRequest.WithinMsMax) || (invocation.Has("--end") && (invocation.Has("--wait") || invocation.Option("--within") is not null)))
        {
            return invocation.Misused("expected --end alone, or --within a duration of at most 1h, such as 5m", "a drain has a bound", "obstat drain --within 5m");
        }

        var request = new DrainRequest(invocation.Has("--end") ? null : (long)within.Value.TotalMilliseconds, reason);
        var (answer, code) = await Plane.AskAsync<DrainRequest, DrainAnswer>(invocation, AdminRoutes.Drain, request, cancellation).ConfigureAwait(false);
        var running = answer?.Running ?? 0;
        while (answer is not null && running > 0 && invocation.Has("--wait"))
        {
            await Task.Delay(AskEvery, cancellation).ConfigureAwait(false);
            var (status, failed) = await Plane.AskAsync<AdminRequest, StatusAnswer>(invocation, AdminRoutes.Status, new AdminRequest(), cancellation).ConfigureAwait(false);
            if (status is null)
            {
                return failed;
            }

            running = status.Running;
        }

        if (answer is null)
        {
            return code;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("drain", ("until", JsonValue.Of(answer.Until)), ("running", JsonValue.Of(running)), ("entry", answer.Entry is { } at ? JsonValue.Of(at) : JsonValue.Null));
            return ExitCode.Done;
        }

        var record = answer.Entry is { } entry ? $"entry {entry.ToString(CultureInfo.InvariantCulture)}" : "not in the ledger yet; it acts all the same";
        invocation.Terminal.Write(answer.Until is null
            ? $"serving  the drain is over, {record}"
            : FormattableString.Invariant($"draining nothing new starts, {record}\n  running   {running}, ended at {answer.Until} at the latest\n  next      obstat drain --end"));
        return ExitCode.Done;
    }

    // Whole seconds, minutes or hours, as in obstat.json.
    private static TimeSpan? Duration(string text)
        => text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? text[^1] switch { 's' => TimeSpan.FromSeconds(count), 'm' => TimeSpan.FromMinutes(count), 'h' when count <= 1 => TimeSpan.FromHours(count), _ => null }
            : null;
}
