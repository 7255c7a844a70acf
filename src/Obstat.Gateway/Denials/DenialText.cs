using System.Globalization;
using System.Text;
using Obstat.Gateway.JsonRpc;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Denials;

/// <summary>
/// The words and objects of a refusal on the wire of MCP, in one place. A refused call of a listed tool is a result with <c>isError</c>, because that is what
/// agents read and act on; other gated methods answer an error.
/// </summary>
internal static class DenialText
{
    /// <summary>Characters of the whole text, at most.</summary>
    public const int LengthMax = 600;

    /// <summary>The member of <c>_meta</c> by which a refusal is told from a tool's own failure. Taken out of every answer of an upstream.</summary>
    public const string MetaName = "execution/denial";

    private const int ArgumentsMax = 160;
    private const int ValueMax = 48;
    private const int HintMax = 200;

    /// <summary>The one answer for every tool that the caller may not know of, whether it exists or not: the same bytes.</summary>
    public static JsonValue UnknownTool { get; } = RpcWriter.ErrorObject(RpcCodes.InvalidParams, "Unknown tool", null);

    /// <summary>The result of a refused call of a listed tool.</summary>
    public static JsonValue Result(Denial refusal, string action, JsonValue? arguments) => JsonValue.Object(
        ("content", JsonValue.Array(JsonValue.Object(("type", JsonValue.Of("text")), ("text", JsonValue.Of(Text(refusal, action, arguments)))))),
        ("isError", JsonValue.True),
        ("_meta", JsonValue.Object((MetaName, Machine(refusal)))));

    /// <summary>The error of any other refused method.</summary>
    public static JsonValue Error(Denial refusal, string action, JsonValue? arguments) => RpcWriter.ErrorObject(RpcCodes.Refused, Text(refusal, action, arguments), Machine(refusal));

    /// <summary>The object for machines: <c>v, reason, decision, ran, retry, retryAfterMs, task, hint</c>.</summary>
    public static JsonValue Machine(Denial refusal) => JsonValue.Object(
        ("v", JsonValue.Of(1)),
        ("reason", JsonValue.Of(refusal.Reason.ToCode())),
        ("decision", JsonValue.Of(refusal.Entry?.ToString(CultureInfo.InvariantCulture))),
        ("ran", refusal.MayHaveRun ? JsonValue.Of("unknown") : JsonValue.False),
        ("retry", JsonValue.Of(ReasonTable.Of(refusal.Reason).Retry.ToWord())),
        ("retryAfterMs", refusal.RetryAfter is { } after ? JsonValue.Of((long)after.TotalMilliseconds) : JsonValue.Null),
        ("task", JsonValue.Of(refusal.Task)),
        ("hint", JsonValue.Of(refusal.Hint is null ? null : Cut(Plain(refusal.Hint), HintMax))));

    /// <summary>The text for the agent, at most 600 characters: code, its own arguments escaped and cut, whether it ran, what to do, the author's hint, the reference.</summary>
    /// <param name="refusal">What happened.</param>
    /// <param name="action">Name of the tool, or the method.</param>
    /// <param name="arguments">The caller's own arguments.</param>
    public static string Text(Denial refusal, string action, JsonValue? arguments)
    {
        var text = new StringBuilder(LengthMax)
            .Append("Obstat refused this call: ").Append(refusal.Reason.ToCode()).Append(". Action: ").Append(Cut(Plain(action), 128))
            .Append('(').Append(Arguments(arguments)).Append("). ").Append(refusal.MayHaveRun ? "It may have run." : "It did not run.")
            .Append(' ').Append(Advice(refusal));
        if (refusal.Hint is { Length: > 0 } hint)
        {
            // Of arguments that do not obey the schema the hint is where: a JSON Pointer into the caller's own.
            var words = Cut(Plain(hint), HintMax);
            _ = text.Append(' ').Append(refusal.Reason == DenyReason.Malformed && hint[0] == '/' ? $"The argument at {words} is not what the tool's input schema describes." : words);
        }

        if (refusal.Entry is { } entry)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $" Reference {entry}.");
        }

        return Cut(text.ToString(), LengthMax);
    }

    private static string Advice(Denial refusal) => (refusal.MayHaveRun, ReasonTable.Of(refusal.Reason).Retry) switch
    {
        (true, _) => "Find out whether it did before you repeat it.",
        (_, Retry.Changed) => "Do not retry unchanged.",
        (_, Retry.After) when refusal.RetryAfter is { } after => string.Create(CultureInfo.InvariantCulture, $"Retry after {Math.Ceiling(after.TotalSeconds)} s."),
        (_, Retry.After) => "Retry later.",
        _ => "Do not retry.",
    };

    private static string Arguments(JsonValue? arguments)
    {
        var text = new StringBuilder();
        foreach (var member in arguments?.Members ?? [])
        {
            _ = text.Append(text.Length == 0 ? "" : ", ").Append(Cut(Plain(member.Name), ValueMax)).Append('=').Append(Cut(Plain(member.Value.ToString()), ValueMax));
            if (text.Length > ArgumentsMax)
            {
                break;
            }
        }

        return Cut(text.ToString(), ArgumentsMax);
    }

    /// <summary>Control, format and other invisible characters as escapes: nobody writes a line of his own into our text.</summary>
    private static string Plain(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var plain = new StringBuilder(Math.Min(text.Length, LengthMax));
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length > LengthMax)
            {
                break;
            }

            var shown = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => string.Create(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
                _ => rune.ToString(),
            };
            _ = plain.Append(shown);
        }

        return plain.ToString();
    }

    private static string Cut(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var end = max - 2;
        return text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + "..";
    }
}
