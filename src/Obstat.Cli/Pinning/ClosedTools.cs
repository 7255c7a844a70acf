using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Obstat.Core.Decisions;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Pinning;

/// <summary>The policy file that <c>mcp add</c> writes under the template that permits reading alone: every tool that was not marked as reading is forbidden by name, with a message for the agent.</summary>
internal static class ClosedTools
{
    private const string Message = "Only reading is permitted here.";

    /// <summary>Where the file of a server stands.</summary>
    public static string PathOf(InstallationSettings settings, string server) => Path.Combine(settings.Paths.Policies, $"{server}.cedar");

    /// <summary>The file for these tools.</summary>
    public static string TextOf(string server, ImmutableArray<string> tools)
    {
        var text = new StringBuilder($"{HeaderOf(server)}\n");
        foreach (var (tool, i) in tools.Select((t, i) => (t, i)))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"\n@id(\"{server}.closed-{i + 1}\")\n@agent_message(\"{Message}\")\n")
                .Append(CultureInfo.InvariantCulture, $"forbid (principal, action == {CedarNames.Segment(server)}::Action::{JsonValue.Of(tool)}, resource);\n");
        }

        return text.ToString();
    }

    /// <summary>Whether a text holds nothing but what <see cref="TextOf"/> wrote, perhaps with some policies taken out since.</summary>
    public static bool IsOurs(string server, string text)
        => Regex.IsMatch(
            text,
            $"^{Regex.Escape(HeaderOf(server))}\\s*(@id\\(\"{Regex.Escape(server)}\\.closed-[0-9]+\"\\)\\s*@agent_message\\(\"{Regex.Escape(Message)}\"\\)\\s*"
                + $"forbid \\(principal, action == {Regex.Escape(CedarNames.Segment(server)!)}::Action::\"(?:[^\"\\\\]|\\\\.)*\", resource\\);\\s*)*$",
            RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static string HeaderOf(string server) => $"// Tools of {server} that were not marked as reading. Delete a policy here when one of your own permits the tool.";
}
