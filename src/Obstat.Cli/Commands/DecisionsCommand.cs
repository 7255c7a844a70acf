using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat decisions</c>.</summary>
internal static class DecisionsCommand
{
    public static Verb List { get; } = new()
    {
        Path = "decisions list",
        About = "decisions of the ledger, newest first",
        Examples = ["obstat decisions list", "obstat decisions list --denied", "obstat decisions list --reason NotPermitted --limit 5 --output json"],
        Options =
        [
            new("--limit", "N", "at most N, 1 to 1000 (default 20)"),
            new("--before", "ENTRY", "only entries below this index"),
            new("--denied", null, "denials only"),
            new("--allowed", null, "allows only"),
            new("--reason", "CODE", "denials with this code only"),
        ],
        RunAsync = ListAsync,
    };

    public static Verb Show { get; } = new()
    {
        Path = "decisions show",
        About = "one entry of the ledger: what was asked, what was decided and why, what became of it",
        Examples = ["obstat decisions show 4711", "obstat decisions show 4711 --output json"],
        Arguments = [new("ENTRY", "the index of an entry")],
        RunAsync = static (invocation, cancellation) => long.TryParse(invocation["ENTRY"], NumberStyles.None, CultureInfo.InvariantCulture, out var entry)
            ? ShowAsync(invocation, entry, cancellation)
            : Task.FromResult(invocation.Misused($"\"{Shown.Of(invocation["ENTRY"], 64)}\" is no index", "entries are counted from 0", "obstat decisions list")),
    };

    private static async Task<int> ListAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!TryNumber(invocation, "--limit", 20, 1, 1000, out var limit) || !TryNumber(invocation, "--before", long.MaxValue >> 11, 0, JsonValue.IntegerMax, out var before))
        {
            return ExitCode.Usage;
        }

        DenyReason? reason = null;
        if (invocation.Option("--reason") is { } text)
        {
            if (!ReasonCodes.TryParse(text, out var parsed))
            {
                return invocation.Misused($"\"{Shown.Of(text, 64)}\" is no reason code", "a code is written exactly",
                    Spelling.Nearest(text, ReasonTable.Entries.Select(e => e.Code)) is { } near ? $"did you mean \"{near}\"?" : "obstat explain --help");
            }

            reason = parsed;
        }

        if (invocation.Has("--allowed") && (invocation.Has("--denied") || reason is not null))
        {
            return invocation.Misused("--allowed beside --denied or --reason", "nothing is both", "give one of them");
        }

        var allowed = invocation.Has("--allowed") ? true : invocation.Has("--denied") ? false : (bool?)null;
        var request = new DecisionsRequest(invocation.Has("--before") ? before : null, (int)limit, allowed, reason);
        var (answer, code) = await Plane.AskAsync<DecisionsRequest, DecisionsAnswer>(invocation, AdminRoutes.Decisions, request, cancellation).ConfigureAwait(false);
        if (answer is null)
        {
            return code;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("decisions-list", ("decisions", JsonValue.Array(answer.Decisions.Select(ToJson))));
            return ExitCode.Done;
        }

        var table = new Table("ENTRY", "TIME", "DECISION", "ACTION", "OUTCOME", "POLICIES", "PRINCIPAL");
        foreach (var row in answer.Decisions)
        {
            table.Add(row.Entry.ToString(CultureInfo.InvariantCulture), row.Time, row.Reason?.ToCode() ?? "allow", What(row), row.Outcome ?? "-", string.Join(",", row.Policies), row.Principal ?? "not verified");
        }

        invocation.Terminal.Write(table);
        return ExitCode.Done;
    }

    /// <summary>Shows one entry.</summary>
    public static async Task<int> ShowAsync(Invocation invocation, long entry, CancellationToken cancellation)
    {
        if (entry > JsonValue.IntegerMax)
        {
            return invocation.Misused($"no ledger has entry {entry.ToString(CultureInfo.InvariantCulture)}", "entries are counted from 0", "obstat decisions list");
        }

        var (shown, code) = await Plane.AskAsync<EntryRequest, EntryShown>(invocation, AdminRoutes.Entry, new EntryRequest(entry), cancellation).ConfigureAwait(false);
        if (shown is null)
        {
            return code;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("decisions-show",
                ("entry", JsonValue.Of(shown.Entry)),
                ("type", JsonValue.Of(shown.Type)),
                ("leaf", JsonValue.Of($"sha256:{shown.Leaf.ToHex()}")),
                ("decision", shown.Decision is { } d ? ToJson(d) : JsonValue.Null),
                ("request", shown.Request ?? JsonValue.Null),
                ("statement", shown.Statement));
            return ExitCode.Done;
        }

        invocation.Terminal.Write(Text(shown));
        return ExitCode.Done;
    }

    private static string Text(EntryShown shown)
    {
        var lines = new List<string>();
        if (shown.Decision is { } row)
        {
            var reason = row.Reason is { } code ? ReasonTable.Entries.FirstOrDefault(e => e.Reason == code) : null;
            lines.Add(row.Reason is { } denied ? $"denied[{denied.ToCode()}]: {What(row)} for {row.Principal ?? "nobody verified"}" : $"allowed: {What(row)} for {row.Principal}");
            lines.Add(FormattableString.Invariant($"  where   entry {row.Entry}, {row.Time}"));
            lines.Add($"  why     {(row.Policies.IsEmpty ? reason?.Meaning ?? "" : $"{(row.Reason is null ? "permitted" : "decided")} by {string.Join(", ", row.Policies)}")}");
            if (shown.Request?["arguments"] is { } arguments)
            {
                lines.Add($"  asked   {Shown.Of(arguments.ToString(), 400)}");
            }

            lines.Add(row.Outcome is null ? row.Reason is null ? "  outcome none yet" : "  outcome it did not run"
                : FormattableString.Invariant($"  outcome {row.Outcome}, entry {row.OutcomeEntry}"));
            if (reason is not null)
            {
                lines.Add($"  change  {reason.Operator}");
            }
        }
        else
        {
            lines.Add(FormattableString.Invariant($"{shown.Type}: entry {shown.Entry}"));
            lines.Add($"  {Shown.Of(shown.Statement["predicate"]?.ToString() ?? shown.Statement.ToString(), 2000)}");
        }

        lines.Add($"  leaf    sha256:{shown.Leaf.ToHex()}");
        lines.Add(FormattableString.Invariant($"  more    obstat decisions show {shown.Entry} --output json      obstat export {shown.Entry} --to bundle.zip"));
        return string.Join('\n', lines);
    }

    private static string What(DecisionShown row) => row.Action is null ? "(sealed)" : $"{row.Server}/{row.Name ?? row.Action["mcp.".Length..]}";

    private static JsonValue ToJson(DecisionShown row) => JsonValue.Object(
        ("entry", JsonValue.Of(row.Entry)),
        ("time", JsonValue.Of(row.Time)),
        ("decision", JsonValue.Of(row.Reason is null ? "allow" : "deny")),
        ("reason", JsonValue.Of(row.Reason?.ToCode())),
        ("principal", JsonValue.Of(row.Principal)),
        ("action", JsonValue.Of(row.Action)),
        ("server", JsonValue.Of(row.Server)),
        ("name", JsonValue.Of(row.Name)),
        ("policies", JsonValue.Strings(row.Policies)),
        ("outcome", JsonValue.Of(row.Outcome)),
        ("outcomeEntry", row.OutcomeEntry is { } entry ? JsonValue.Of(entry) : JsonValue.Null));

    private static bool TryNumber(Invocation invocation, string option, long otherwise, long min, long max, out long number)
    {
        number = otherwise;
        if (invocation.Option(option) is not { } text || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= min && number <= max))
        {
            return true;
        }

        _ = invocation.Misused(FormattableString.Invariant($"{option} is \"{Shown.Of(text, 64)}\", expected a number from {min} to {max}"), "it would not apply", $"obstat {invocation.Verb.Path} --help");
        return false;
    }
}
