using Obstat.Cli.Checking;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Cli.Pinning;
using Obstat.Core.Decisions;
using Obstat.Proof.Json;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat schema from</c>.</summary>
internal static class SchemaCommand
{
    public static Verb From { get; } = new()
    {
        Path = "schema from",
        About = "the Cedar schema of a server's pinned tools: what policies on them are checked against",
        Examples = ["obstat schema from files", "obstat schema from files > files.txt"],
        Arguments = [new("NAME", "a registered server")],
        More = "The plane makes it itself from the pins; a copy in the policy folder would be refused.",
        RunAsync = static (invocation, _) => Task.FromResult(Run(invocation)),
    };

    private static int Run(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (!settings.Gateway.Servers.ContainsKey(invocation["NAME"]))
        {
            return McpListCommand.NoServer(invocation, settings);
        }

        if (!OfflineCheck.TryServers(settings, out var servers, out var reason))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason!, "the plane would not take it either", "obstat mcp list"));
        }

        var file = PolicyFolder.Read(settings.Paths.Policies).FirstOrDefault(f => f.Path == LawLoader.SettingsPath);
        var classes = PolicySettings.None;
        if (file is not null && !PolicySettings.TryParse(file.Bytes.AsSpan(), out classes, out var error))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", $"{Registration.PolicySettingsPath(settings)}: expected {error.Expected}, got {error.Got}", "classes give actions their groups and facets", "correct the file"));
        }

        var (schema, refused) = ServerActions.Describe(servers.First(s => s.Name == invocation["NAME"]), classes!);
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("schema-from",
                ("server", JsonValue.Of(invocation["NAME"])),
                ("schema", JsonValue.Of(schema)),
                ("refused", JsonValue.Array(refused.Select(r => JsonValue.Object(("tool", JsonValue.Of(r.Key)), ("why", JsonValue.Of(r.Value)))))));
        }
        else
        {
            invocation.Terminal.Write(schema.Length == 0 ? $"// no tool of {invocation["NAME"]} is pinned" : schema);
        }

        foreach (var (tool, why) in refused)
        {
            invocation.Terminal.Tell($"warning {Shown.Of(tool, 128)} is neither listed nor called: {Shown.Of(why, 400)}");
        }

        return ExitCode.Done;
    }
}
