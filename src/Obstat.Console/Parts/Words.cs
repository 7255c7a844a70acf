using System.Collections.Immutable;
using System.Globalization;
using Obstat.Console.Api;
using Obstat.Proof.Reasons;

namespace Obstat.Console.Parts;

/// <summary>How things are said, once for all pages and for what comes live.</summary>
internal static class Words
{
    private const int TroublesMax = 3;

    /// <summary>A count, in groups of three.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun.</summary>
    public static string Count(long count, string one, string many) => $"{Count(count)} {(count == 1 ? one : many)}";

    /// <summary>How long, in one unit.</summary>
    public static string Span(TimeSpan span) => span.TotalSeconds < 1 ? FormattableString.Invariant($"{Math.Max(0, span.TotalMilliseconds):0} ms")
        : span.TotalMinutes < 2 ? FormattableString.Invariant($"{Math.Floor(span.TotalSeconds):0} s")
        : span.TotalHours < 2 ? FormattableString.Invariant($"{Math.Floor(span.TotalMinutes):0} min")
        : span.TotalDays < 2 ? FormattableString.Invariant($"{Math.Floor(span.TotalHours):0} h")
        : FormattableString.Invariant($"{Math.Floor(span.TotalDays):0} d");

    /// <summary>How long ago.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now) => now - time < TimeSpan.FromSeconds(1) ? "now" : Span(now - time) + " ago";

    /// <summary>A time, UTC: today's without its day.</summary>
    public static string Time(DateTimeOffset time, DateTimeOffset now)
        => time.UtcDateTime.ToString(time.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The same of what is known to the minute only.</summary>
    public static string Minute(DateTimeOffset time, DateTimeOffset now)
        => time.UtcDateTime.ToString(time.UtcDateTime.Date == now.UtcDateTime.Date ? "HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A time as machines read it: RFC 3339, UTC.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Whether the gate is shut, as probes show it: a state and a line. Without a probe that passed lately nothing is proved; while a point is silent, what was proved of it is not proved now.</summary>
    public static (string Kind, string Text) Closed(ProvedView? proved, ImmutableArray<TroubleView> troubles, DateTimeOffset now) => proved switch
    {
        null => ("unknown", "Not proved closed: no probe runs"),
        { IsOpen: true } => ("bad", "OPEN: a probe had an effect"),
        { At: null } => ("unknown", "Not proved closed"),
        { At: { } at } when now > ProvedUntil(proved) => ("unknown", $"Not proved closed since {Time(at, now)}"),
        { At: { } at } => (IsAnySilent(troubles) ? "unknown" : "ok", $"Proved closed {Ago(at, now)}"),
    };

    /// <summary>When what probes proved ends to say anything; null where they proved nothing.</summary>
    public static DateTimeOffset? ProvedUntil(ProvedView? proved) => proved is { IsOpen: false, At: { } at } ? at + TimeSpan.FromSeconds(3 * proved.Interval) : null;

    /// <summary>Whether it serves: a state and a line.</summary>
    public static (string Kind, string Text) Serving(string? refusing, int halts, ImmutableArray<TroubleView> troubles) => (refusing, halts) switch
    {
        ({ } code, _) => ("bad", $"Refusing: {code}"),
        _ when troubles.Any(t => t.State == "failed") => ("bad", "Ledger FAILED"),
        (_, > 0) => ("halt", Count(halts, "halt", "halts")),
        _ when IsAnySilent(troubles) => ("unknown", "Serving: unknown"),
        _ => ("ok", "Serving"),
    };

    /// <summary>What is not well: a state and a word.</summary>
    public static (string Kind, string Text) Trouble(TroubleView trouble) => trouble.State switch
    {
        "open" => ("bad", "OPEN"),
        "failed" => ("bad", "FAILED"),
        "refusing" => ("bad", "REFUSING"),
        "silent" => ("unknown", "SILENT"),
        "away" => ("unknown", "AWAY"),
        "drift" => ("wait", "DRIFTS"),
        "degraded" => ("wait", "DEGRADED"),
        _ => ("unknown", "UNKNOWN"),
    };

    /// <summary>What whoever is on call does about it first; empty where nothing is to be done.</summary>
    public static string Next(TroubleView trouble) => trouble.State switch
    {
        "open" => "Halt what still runs through it, then read its log; it stays shut until it is armed again.",
        "refusing" when trouble.What.StartsWith("point ", StringComparison.Ordinal) => $"Mend what its log names, then run obstat rearm {trouble.What["point ".Length..]}.",
        "failed" => "Run obstat audit. Never mend it by hand: restore a copy that verifies.",
        "silent" => "See with obstat status whether its process still runs.",
        "away" => "Start it, or see in its log why it does not register.",
        "drift" => "Start it again with what was published; after two minutes the plane halts it.",
        _ => ReasonTable.Entries.FirstOrDefault(e => e.Code == trouble.Code)?.Operator.Replace("`", "", StringComparison.Ordinal) ?? "",
    };

    /// <summary>What the title of a page begins with, so that a tab that nobody looks at says it too; empty while all is well.</summary>
    public static string Lead(ProvedView? proved, string? refusing, int halts, ImmutableArray<TroubleView> troubles, DateTimeOffset now)
        => (Closed(proved, troubles, now).Kind, Serving(refusing, halts, troubles).Kind) switch
        {
            ("bad", _) => "OPEN · ",
            (_, "bad") => refusing is null ? "FAILED · " : "REFUSING · ",
            (_, "halt") => "HALTED · ",
            ("ok", "ok") => "",
            _ => "NOT PROVED · ",
        };

    /// <summary>What of it stands on every page: the worst, and how much more there is. What is halted has a band of its own.</summary>
    public static ImmutableArray<TroubleView> Told(ImmutableArray<TroubleView> troubles)
    {
        var told = troubles.Where(t => t.Code != "Halted").ToImmutableArray();
        return told.Length <= TroublesMax ? told : [.. told.Take(TroublesMax), new TroubleView($"{Count(told.Length - TroublesMax)} more", "unknown", null, "stand on the page of health")];
    }

    /// <summary>A version, with no more of a commit than people compare.</summary>
    public static string Version(string version) => version.IndexOf('+', StringComparison.Ordinal) is > 0 and var at && version.Length > at + 9 ? version[..(at + 9)] : version;

    /// <summary>How an enforcement point is: a state and a word.</summary>
    public static (string Kind, string Text) Point(PointView point) => point switch
    {
        { Effects: > 0 } => ("bad", "OPEN"),
        { Closed: not null } => ("bad", "REFUSING"),
        { IsConnected: false } => ("unknown", "AWAY, REFUSING"),
        { IsSilent: true } => ("unknown", "SILENT"),
        { Drift.IsDefaultOrEmpty: false, DriftSeconds: > 30 } => ("wait", "DRIFTS"),
        { Refusing: { } code } => ("wait", $"REFUSES: {code}"),
        { Armed: null } => ("unknown", "NOT ARMED"),
        _ => ("ok", "CONNECTED"),
    };

    private static bool IsAnySilent(ImmutableArray<TroubleView> troubles) => troubles.Any(t => t.State == "silent");

    /// <summary>The state of a verdict.</summary>
    public static (string Kind, string Text) Verdict(DecisionRow row) => row.Reason switch
    {
        null => ("ok", "ALLOWED"),
        "unreadable" => ("bad", "UNREADABLE"),
        _ => ("bad", "DENIED"),
    };

    /// <summary>The state of a proof.</summary>
    public static (string Kind, string Text) Proof(ProofState state) => state switch
    {
        ProofState.InHead => ("ok", "in head"),
        ProofState.NotYet => ("wait", "not yet"),
        ProofState.Failed => ("bad", "FAILED"),
        _ => ("unknown", "unknown"),
    };

    /// <summary>What became of a decision: a state, or none, and a word.</summary>
    public static (string? Kind, string Text) Result(DecisionRow row) => row switch
    {
        { Result: "orphaned" } => ("wait", "orphaned"),
        { Result: { } result } => (null, result),
        { Reason: null } => ("wait", "open"),
        _ => (null, "–"),
    };

    /// <summary>What an action is about, as one name.</summary>
    public static string Target(DecisionRow row) => row switch
    {
        { IsErased: true } => "body erased, proof stays valid",
        { Server: { } server, Name: { } name } => $"{server}/{name}",
        { Server: { } server } => server,
        _ => row.Action,
    };

    /// <summary>Whether an action is called by another word than its target says.</summary>
    public static string? Verb(DecisionRow row) => row.Action is "mcp.tools/call" or "unreadable" || row.Server is null ? null : row.Action;

    /// <summary>Who asked.</summary>
    public static string Principal(DecisionRow row) => row.Principal ?? (row.Pseudonym is null ? "nobody verified" : "unknown");

    /// <summary>The states that words of parts have.</summary>
    public static string Kind(string state) => state switch
    {
        "ok" => "ok",
        "degraded" => "wait",
        "refusing" => "bad",
        _ => "unknown",
    };
}
