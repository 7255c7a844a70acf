using Obstat.Proof.Json;

namespace Obstat.Cli.Demo;

/// <summary>A row as it ended.</summary>
/// <param name="Row">The row.</param>
/// <param name="Got">The code that came back, or why it could not be played.</param>
/// <param name="Effects">How many effects the journal shows for it.</param>
/// <param name="Entry">The entry that proves it.</param>
/// <param name="Open">Why it is open; null: it is closed.</param>
internal sealed record RowResult(Row Row, string Got, int Effects, long? Entry, string? Open)
{
    /// <summary>Whether code, journal and evidence are all exactly as they must be.</summary>
    public bool IsClosed => Open is null;

    /// <summary>The row for machines.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("n", JsonValue.Of(Row.Number)),
        ("broken", JsonValue.Of(Row.Broken)),
        ("expected", JsonValue.Of(Row.Expected)),
        ("got", JsonValue.Of(Got)),
        ("effects", JsonValue.Of(Effects)),
        ("entry", Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null),
        ("closed", JsonValue.Of(IsClosed)),
        ("open", JsonValue.Of(Open)));
}
