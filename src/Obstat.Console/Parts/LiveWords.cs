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
        State(json, "closed", Words.Closed(beat.Proved, beat.At));
        State(json, "serving", Words.Serving(beat.Refusing, beat.Halts));
        json.WriteString("entries", Words.Count(beat.Entries));
        json.WriteNumber("halts", beat.Halts);
    });

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
