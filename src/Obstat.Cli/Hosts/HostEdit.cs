using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Obstat.Cli.Editing;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Hosts;

/// <summary>A change of one file of a host: its bytes before (null: it is not there) and after.</summary>
internal sealed record HostEdit(string Path, byte[]? Before, byte[] After)
{
    /// <summary>Whether anything would change.</summary>
    public bool Changes => Before is null || !Before.AsSpan().SequenceEqual(After);

    /// <summary>The edits that put a gate before every registered server of an installation, and the hook behind it. Everything else in the files stays, comments too.</summary>
    /// <exception cref="FormatException">A file is not understood; nothing is to be changed then.</exception>
    public static ImmutableArray<HostEdit> Plan(HostFacts host, string scope, string project, InstallationSettings settings)
    {
        var place = host.Servers.First(s => s.Scope == scope);
        var path = HostFile.PathOf(project, place.File);
        var edits = new Dictionary<string, (byte[]? Before, string Text)>(StringComparer.Ordinal);
        var text = Open(path);
        foreach (var server in settings.Gateway.Servers.Keys)
        {
            var entry = EntryOf(host, settings, server);
            var there = HostFile.At(Parse(path, text), [.. place.At, server]).FirstOrDefault();
            text = there is not null && there.Equals(entry) ? text : JsonText.Set(text, [.. place.At, server], Lay(entry, 2 * (place.At.Length + 1)));
        }

        Close(path, text);
        if (host.Hook is { } hook)
        {
            var file = HostFile.PathOf(project, hook.File);
            var content = Open(file);
            content = Hooked(content, Parse(file, content), hook, host, settings);
            foreach (var member in hook.Beside.Members.Where(m => HostFile.At(Parse(file, content), [m.Name]).FirstOrDefault() is null))
            {
                content = JsonText.Set(content, [member.Name], member.Value.ToString());
            }

            Close(file, content);
        }

        return [.. edits.Select(e => new HostEdit(e.Key, e.Value.Before, Encoding.UTF8.GetBytes(e.Value.Text)))];

        string Open(string file)
        {
            if (edits.TryGetValue(file, out var open))
            {
                return open.Text;
            }

            var before = File.Exists(file) ? File.ReadAllBytes(file) : null;
            var content = before is null || before.AsSpan().Trim(" \t\r\n"u8).IsEmpty ? "{\n}\n" : new UTF8Encoding(false, true).GetString(before);
            edits[file] = (before, content);
            _ = Parse(file, content);
            return content;
        }

        void Close(string file, string content)
        {
            _ = Parse(file, content);
            edits[file] = (edits[file].Before, content);
        }
    }

    /// <summary>The entry that starts the gate's front of a server.</summary>
    public static JsonValue EntryOf(HostFacts host, InstallationSettings settings, string server)
    {
        var command = Self.Command;
        return JsonValue.Object([.. host.Entry.Members.Select(m => (m.Name, m.Value)), ("command", JsonValue.Of(command[0])), ("args", JsonValue.Strings([.. command[1..], "mcp", "wrap", server, "--config", settings.File]))]);
    }

    /// <summary>The command line of the hook.</summary>
    public static string HookLine(HostFacts host, InstallationSettings settings) => Self.Line([.. Self.Command, "hook", host.Name, "--config", settings.File]);

    /// <summary>A value with a mark in its texts replaced.</summary>
    public static JsonValue Fill(JsonValue value, string mark, string with) => value.Kind switch
    {
        JsonKind.String => JsonValue.Of(value.AsString!.Replace(mark, with, StringComparison.Ordinal)),
        JsonKind.Array => JsonValue.Array(value.Items.Select(i => Fill(i, mark, with))),
        JsonKind.Object => JsonValue.Object([.. value.Members.Select(m => (m.Name, Fill(m.Value, mark, with)))]),
        _ => value,
    };

    /// <summary>
    /// The text with our hook once, as it is to be: one that was altered is written again where it stands, a second one is taken out. What others hooked stays, also beside ours in one item.
    /// </summary>
    private static string Hooked(string content, JsonValue parsed, HookFacts hook, HostFacts host, InstallationSettings settings)
    {
        var wanted = Fill(hook.Item, "{hook}", HookLine(host, settings));
        var text = Lay(wanted, 2 * (hook.At.Length + 1));
        ImmutableArray<JsonValue> items = HostFile.At(parsed, hook.At).FirstOrDefault() is { Kind: JsonKind.Array } list ? list.Items : [];
        ImmutableArray<int> ours = [.. Enumerable.Range(0, items.Length).Where(i => hook.CommandsOf(items[i]).Any(IsOurs))];
        ImmutableArray<int> whole = [.. ours.Where(i => hook.CommandsOf(items[i]).All(IsOurs))];
        var kept = whole.IsEmpty ? -1 : whole.FirstOrDefault(i => items[i].Equals(wanted), whole[0]);
        foreach (var i in ours.Reverse())
        {
            if (i == kept)
            {
                content = items[i].Equals(wanted) ? content : JsonText.Replace(content, hook.At, i, text);
            }
            else if (whole.Contains(i))
            {
                content = JsonText.Remove(content, hook.At, i);
            }
            else
            {
                var commands = hook.CommandsOf(items[i]);
                for (var c = commands.Length - 1; c >= 0; c--)
                {
                    content = IsOurs(commands[c]) ? JsonText.Remove(content, [.. hook.At, i.ToString(CultureInfo.InvariantCulture), .. hook.Within], c) : content;
                }
            }
        }

        return kept < 0 ? JsonText.Append(content, hook.At, text) : content;

        bool IsOurs(JsonValue command) => hook.IsOurs(command, host.Name, settings);
    }

    private static JsonValue Parse(string path, string text)
        => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), JsonRules.Settings, new JsonLimits(32 << 20, 128, 4_000_000), out var value, out var error) && value.Kind == JsonKind.Object
            ? value
            : throw new FormatException($"{path}: {(value is null ? error.ToString() : "expected an object")}");

    private static string Lay(JsonValue value, int indent)
    {
        var pad = new string(' ', indent + 2);
        return value.Kind == JsonKind.Object && !value.Members.IsEmpty
            ? "{\n" + string.Join(",\n", value.Members.Select(m => $"{pad}{JsonValue.Of(m.Name)}: {Lay(m.Value, indent + 2)}")) + $"\n{new string(' ', indent)}}}"
            : value.ToString();
    }
}
