using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Hosts;

/// <summary>How a host asks before a tool runs.</summary>
/// <param name="File">The file.</param>
/// <param name="At">The list in it.</param>
/// <param name="Beside">Members that the file must have beside the list.</param>
/// <param name="Item">What <c>connect</c> adds; <c>{hook}</c> is the command line.</param>
/// <param name="Within">Where in an item the list of its commands stands; empty where an item is one command.</param>
/// <param name="Command">The member that holds the command line.</param>
/// <param name="FailClosed">The member that makes a hook that fails block the call.</param>
/// <param name="Event">A recorded event; <c>{server}</c> and <c>{tool}</c> in its texts are replaced.</param>
internal sealed partial record HookFacts(
    string File, ImmutableArray<string> At, JsonValue Beside, JsonValue Item, ImmutableArray<string> Within, string Command, string FailClosed, JsonValue Event)
{
    /// <summary>The commands of an item.</summary>
    public ImmutableArray<JsonValue> CommandsOf(JsonValue item)
        => Within.IsEmpty ? [item] : [.. HostFile.At(item, Within).Where(l => l.Kind == JsonKind.Array).SelectMany(l => l.Items)];

    /// <summary>
    /// Whether a command is our hook, be it as <c>connect</c> wrote it or altered since: it has the words <c>hook HOST</c> of a program of this name or with this configuration. What others hooked is theirs.
    /// </summary>
    public bool IsOurs(JsonValue command, string host, InstallationSettings settings)
    {
        if (command.Kind != JsonKind.Object || command[Command]?.AsString is not { } line)
        {
            return false;
        }

        string[] words = [.. Word().Matches(line).Select(w => w.Value.Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal))];
        return Enumerable.Range(1, Math.Max(0, words.Length - 2)).Any(i => words[i] == "hook" && words[i + 1] == host
            && (Path.GetFileName(words[i - 1]).StartsWith("obstat", StringComparison.Ordinal) || line.Contains(settings.File, StringComparison.Ordinal)));
    }

    // A part in quotes may hold what separates words outside of them.
    [GeneratedRegex("""(?:'[^']*'|"[^"]*"|[^\s;&|()'"])+""")]
    private static partial Regex Word();
}
