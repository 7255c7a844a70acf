using Obstat.Proof.Json;

namespace Obstat.Proof.Messages.Admin;

/// <summary>One thing that was found in a policy folder, for people.</summary>
/// <param name="File">Path inside the folder; null: the folder as a whole.</param>
/// <param name="Line">From 1; 0 where there is none.</param>
/// <param name="Column">From 1; 0 where there is none.</param>
/// <param name="Code">Its code.</param>
/// <param name="IsRefusing">Whether it refuses the load; otherwise a warning.</param>
/// <param name="Message">What and why.</param>
public sealed record LawFindingShown(string? File, int Line, int Column, string Code, bool IsRefusing, string Message)
{
    /// <summary>The finding as a member.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("file", JsonValue.Of(File)), ("line", JsonValue.Of(Line)), ("column", JsonValue.Of(Column)), ("code", JsonValue.Of(Code)), ("refuses", JsonValue.Of(IsRefusing)), ("message", JsonValue.Of(Message)));

    internal static LawFindingShown Read(JsonFields fields) => new(
        fields.StringOrNull("file"), (int)fields.Integer("line", 0, int.MaxValue), (int)fields.Integer("column", 0, int.MaxValue), fields.String("code", 64), fields.Boolean("refuses"), fields.String("message"));
}
