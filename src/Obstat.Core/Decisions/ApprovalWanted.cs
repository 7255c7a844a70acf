using System.Globalization;

namespace Obstat.Core.Decisions;

/// <summary>What <c>@approval("TEAM n")</c> asks for.</summary>
/// <param name="Team">Id of the Team whose members must approve.</param>
/// <param name="Count">How many people: 1 to 16.</param>
public readonly record struct ApprovalWanted(string Team, int Count)
{
    /// <summary>Reads the value of the annotation; anything else refuses.</summary>
    public static bool TryParse(string text, out ApprovalWanted wanted)
    {
        wanted = default;
        var space = text.LastIndexOf(' ');
        if (space < 1 || !int.TryParse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 16)
        {
            return false;
        }

        wanted = new ApprovalWanted(text[..space], count);
        return true;
    }
}
