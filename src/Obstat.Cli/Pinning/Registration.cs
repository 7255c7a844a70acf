using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Cli.Editing;
using Obstat.Core.Decisions;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Pinning;

/// <summary>Writes a server into, and out of, the files that people keep. Each change is read back by the same readers as the processes use before it replaces anything.</summary>
internal static class Registration
{
    /// <summary>The configuration with a server in it.</summary>
    public static bool TryAdd(InstallationSettings settings, string name, JsonValue upstream, [NotNullWhen(true)] out string? text, [NotNullWhen(true)] out InstallationSettings? changed, [NotNullWhen(false)] out SettingsError? error)
        => TryEdit(settings, t => JsonText.Set(t, ["gateway", "servers", name], Layout(upstream)), out text, out changed, out error);

    /// <summary>The configuration without a server.</summary>
    public static bool TryRemove(InstallationSettings settings, string name, [NotNullWhen(true)] out string? text, [NotNullWhen(true)] out InstallationSettings? changed, [NotNullWhen(false)] out SettingsError? error)
        => TryEdit(settings, t => JsonText.Remove(t, ["gateway", "servers", name]), out text, out changed, out error);

    /// <summary>Writes a changed text over a file, whole or not at all.</summary>
    public static void Write(string path, string text)
    {
        var next = path + ".new";
        File.WriteAllText(next, text, new UTF8Encoding(false));
        File.Move(next, path, overwrite: true);
    }

    /// <summary>The operator's settings with classes in it; the file need not be there yet.</summary>
    public static bool TryClassify(InstallationSettings settings, string server, ImmutableArray<ClassGiven> classes, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? reason)
    {
        var path = PolicySettingsPath(settings);
        text = File.Exists(path) ? File.ReadAllText(path) : "{\n  \"format\": 1,\n}\n";
        foreach (var tool in classes.GroupBy(c => c.Tool, StringComparer.Ordinal))
        {
            text = JsonText.Set(text, ["toolClasses", server, tool.Key], JsonValue.Object([.. tool.Select(c => (c.Class, c.Facets))]).ToString());
        }

        reason = PolicySettings.TryParse(Encoding.UTF8.GetBytes(text), out _, out var error) ? null : $"{path}: expected {error.Expected}, got {error.Got}";
        text = reason is null ? text : null;
        return text is not null;
    }

    /// <summary>Where the operator's settings stand.</summary>
    public static string PolicySettingsPath(InstallationSettings settings) => Path.Combine(settings.Paths.Policies, LawLoader.SettingsPath);

    private static bool TryEdit(InstallationSettings settings, Func<string, string> edit, [NotNullWhen(true)] out string? text, [NotNullWhen(true)] out InstallationSettings? changed, [NotNullWhen(false)] out SettingsError? error)
    {
        text = edit(File.ReadAllText(settings.File));
        if (SettingsFile.TryParse(Encoding.UTF8.GetBytes(text), settings.File, out changed, out error))
        {
            return true;
        }

        text = null;
        return false;
    }

    private static string Layout(JsonValue upstream)
        => "{ " + string.Join(", ", upstream.Members.OrderBy(m => m.Name is "command" or "url" ? 0 : 1).Select(m => $"{JsonValue.Of(m.Name)}: {m.Value}")) + " }";
}
