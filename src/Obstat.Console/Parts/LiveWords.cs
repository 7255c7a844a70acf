using System.Globalization;
using System.Text;
using System.Text.Json;
using Obstat.Console.Api;

namespace Obstat.Console.Parts;

/// <summary>Rows and beats as the words that a page shows: the same words that the server would have rendered.</summary>
internal static class LiveWords
{
    /// <summary>A row of the list of decisions.</summary>
    public static string OfRow(DecisionRow row) => Write(json =>
    {
        json.WriteString("entry", Words.Count(row.Entry));
        json.WriteString("entryLink", $"/e/{row.Entry}");
        json.WriteString("time", Words.Time(row.Time, row.Time));
        State(json, "verdict", Words.Verdict(row));
        json.WriteString("who", ShownText.Plain(Words.Principal(row)));
        json.WriteString("what", ShownText.Plain(Words.Target(row)));
        json.WriteString("verb", Words.Verb(row) ?? "");
        json.WriteString("args", ShownText.Plain(row.Arguments ?? ""));
        json.WriteString("reason", row.Reason ?? "–");
        if (row.Reason is { } reason)
        {
            json.WriteString("reasonLink", $"/reasons/{Uri.EscapeDataString(reason)}");
        }

        json.WriteString("result", Words.Result(row).Text);
        State(json, "proof", Words.Proof(row.Proof));
    });

    /// <summary>A beat.</summary>
    public static string OfBeat(BeatView beat) => Write(json =>
    {
        State(json, "closed", Words.Closed(beat.Proved, beat.Troubles, beat.At));
        State(json, "serving", Words.Serving(beat.Refusing, beat.Halts, beat.Troubles));
        json.WriteString("lead", Words.Lead(beat.Proved, beat.Refusing, beat.Halts, beat.Troubles, beat.At));
        json.WriteString("closedAt", Words.ProvedUntil(beat.Proved) is null ? "" : Words.Iso(beat.Proved!.At!.Value));
        json.WriteString("closedUntil", Words.ProvedUntil(beat.Proved) is { } until ? Words.Iso(until) : "");
        json.WriteString("told", string.Join('|', beat.Troubles.Select(t => $"{t.What} {t.State} {t.Code}")));
        json.WriteStartArray("troubles");
        foreach (var trouble in Words.Told(beat.Troubles))
        {
            json.WriteStartObject();
            var (kind, word) = Words.Trouble(trouble);
            json.WriteString("kind", kind);
            json.WriteString("word", word);
            json.WriteString("what", ShownText.Plain(trouble.What));
            json.WriteString("detail", ShownText.Plain(trouble.Detail));
            json.WriteString("next", Words.Next(trouble));
            json.WriteString("code", trouble.Code);
            json.WriteString("codeLink", trouble.Code is { } code ? $"/reasons/{Uri.EscapeDataString(code)}" : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("entries", Words.Count(beat.Entries));
        json.WriteNumber("halts", beat.Halts);
    });

    /// <summary>A demo: what stands on its page, part by part.</summary>
    public static string OfDemo(DemoView demo) => Write(json =>
    {
        json.WriteStartObject("sum");
        json.WriteString("closed", Words.Count(demo.Rows.Count(r => r.State == "closed")));
        json.WriteString("open", Words.Count(demo.Rows.Count(r => r.State == "open")));
        json.WriteString("doing", Doing(demo));
        json.WriteString("time", Played(demo));
        json.WriteEndObject();
        foreach (var row in demo.Rows)
        {
            json.WriteStartObject(string.Create(CultureInfo.InvariantCulture, $"row-{row.Number}"));
            State(json, "state", State(row));
            json.WriteString("got", row.Got ?? "–");
            json.WriteString("gotLink", ReasonLink(row.Got));
            json.WriteString("effects", row.Effects is { } effects ? Words.Count(effects) : "–");
            json.WriteString("entry", row.Entry is { } index ? Words.Count(index) : "–");
            json.WriteString("entryLink", row.Entry is { } entry ? $"/e/{entry}" : null);
            json.WriteString("why", row.Open ?? "");
            json.WriteEndObject();
        }

        foreach (var (part, index) in demo.Parts.Select((p, i) => (p, i)))
        {
            json.WriteStartObject(string.Create(CultureInfo.InvariantCulture, $"part-{index}"));
            State(json, "state", State(part));
            json.WriteString("says", part.Says);
            json.WriteEndObject();
        }
    });

    /// <summary>What a demo does now.</summary>
    public static string Doing(DemoView demo) => demo.IsOver ? "all rows were played"
        : demo.Rows.LastOrDefault(r => r.State == "playing") is { } row ? $"row {row.Number} is played"
        : demo.Rows.All(r => r.State == "waiting") ? "begins" : "the next row is prepared";

    /// <summary>How long a demo was played.</summary>
    public static string Played(DemoView demo) => Words.Span(TimeSpan.FromSeconds(demo.Milliseconds / 1000));

    /// <summary>The page of a reason code; null for other words.</summary>
    public static string? ReasonLink(string? word) => Proof.Reasons.ReasonCodes.TryParse(word, out _) ? $"/reasons/{word}" : null;

    /// <summary>How a row of a demo is.</summary>
    public static (string Kind, string Text) State(DemoRowView row) => row.State switch
    {
        "closed" => ("ok", "CLOSED"),
        "open" => ("bad", "OPEN"),
        "playing" => ("wait", "PLAYING"),
        _ => ("unknown", "WAITING"),
    };

    /// <summary>How a process of a demo is.</summary>
    public static (string Kind, string Text) State(DemoPartView part) => part.State switch
    {
        "runs" => ("ok", "RUNS"),
        "broken" => ("bad", "BROKEN"),
        _ => ("halt", "STOPPED"),
    };

    private static void State(Utf8JsonWriter json, string name, (string Kind, string Text) state)
    {
        json.WriteString(name, state.Text);
        json.WriteString($"{name}Kind", state.Kind);
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
