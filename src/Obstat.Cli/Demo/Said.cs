using System.Text.RegularExpressions;
using Obstat.Proof.Json;

namespace Obstat.Cli.Demo;

/// <summary>Reads the agent's lines: what the gateway's own refusal said, told from a tool's failure by the machine part.</summary>
internal static partial class Said
{
    private const int RefusedRequest = -31000;

    /// <summary>Whether the step went through.</summary>
    public static bool IsAllowed(JsonValue line) => Code(line) == "allow";

    /// <summary>The reason code; <c>allow</c>; or what else came.</summary>
    public static string Code(JsonValue line)
        => line["denial"]?["reason"]?.AsString is { } denied ? denied
            : line["error"] is { IsNull: false } error ? Refused(error) ?? $"error {error["message"] ?? JsonValue.Null}"
            : line["isError"]?.AsBoolean == true ? "the tool failed"
            : "allow";

    // Some clients keep an error's message alone; the code stands in it too.
    private static string? Refused(JsonValue error)
        => error["data"]?["reason"]?.AsString ?? (error["code"]?.AsInteger == RefusedRequest && Text().Match(error["message"]?.AsString ?? "") is { Success: true } match ? match.Groups[1].Value : null);

    [GeneratedRegex("refused this [a-z]+: ([A-Za-z]+)\\.")]
    private static partial Regex Text();
}
