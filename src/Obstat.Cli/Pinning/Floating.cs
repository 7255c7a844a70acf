using System.Collections.Immutable;

namespace Obstat.Cli.Pinning;

/// <summary>Commands that fetch a program by name at each start: what runs is whatever a registry gives that day, so nothing about it can be pinned.</summary>
internal static class Floating
{
    private static readonly ImmutableArray<string> Runners = ["npx", "bunx", "uvx", "dnx", "pipx"];

    /// <summary>What to do instead of a runner whose packages cannot be resolved here: install once, then name the program.</summary>
    public static string Fix(string runner) => runner switch
    {
        "uvx" or "pipx" or "uv tool" or "uv run" => "install it once: python3 -m venv .venv && .venv/bin/pip install PACKAGE==VERSION, then: obstat mcp add NAME -- .venv/bin/PROGRAM ARGS..",
        "dnx" => "install it once: dotnet tool install PACKAGE --version VERSION --tool-path tools, then: obstat mcp add NAME -- tools/PROGRAM ARGS..",
        _ => "install it once: npm install --save-exact PACKAGE@VERSION, then: obstat mcp add NAME -- node node_modules/PACKAGE/dist/index.js ARGS..",
    };

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
