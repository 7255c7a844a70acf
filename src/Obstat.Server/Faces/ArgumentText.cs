using System.Text;
using Obstat.Proof.Json;

namespace Obstat.Server.Faces;

/// <summary>Arguments on one line, as people skim them: <c>amount=12000, to="acct-7"</c>. Cut; the whole stands on the entry's page.</summary>
internal static class ArgumentText
{
    private const int LengthMax = 200;
    private const int ValueMax = 64;

    /// <summary>The line; null where there are no arguments.</summary>
    public static string? Of(JsonValue action)
    {
        if (action["arguments"] is not { Members: { IsDefaultOrEmpty: false } members })
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var member in members)
        {
            _ = text.Append(text.Length == 0 ? "" : ", ").Append(member.Name).Append('=').Append(Cut(member.Value.ToString(), ValueMax));
            if (text.Length > LengthMax)
            {
                break;
            }
        }

        return Cut(text.ToString(), LengthMax);
    }

    private static string Cut(string text, int max) => text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1)] + "…";
}
