using System.Collections.Immutable;

namespace Obstat.Cli.Pinning;

/// <summary>Commands that fetch a program by name at each start: what runs is whatever a registry gives that day, so nothing about it can be pinned.</summary>
internal static class Floating
{
    private static readonly ImmutableArray<string> Runners = ["npx", "bunx", "uvx", "dnx", "pipx"];

    /// <summary>Why a command cannot be pinned; null where it can.</summary>
    public static string? Reason(ImmutableArray<string> command)
    {
        var name = Path.GetFileName(command[0]);
        var verb = command.Length > 1 ? command[1] : "";
        return Runners.Contains(name) ? name
            : name is "pnpm" or "yarn" && verb == "dlx" ? $"{name} {verb}"
            : name is "npm" && verb is "exec" or "x" ? $"{name} {verb}"
            : name == "uv" && verb is "tool" or "run" ? $"{name} {verb}"
            : null;
    }
}
