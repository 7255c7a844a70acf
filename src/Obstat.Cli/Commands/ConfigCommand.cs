using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat config</c>.</summary>
internal static class ConfigCommand
{
    public static Verb Check { get; } = new()
    {
        Path = "config check",
        About = "read the configuration as the processes will, and name the first mistake",
        Examples = ["obstat config check", "obstat config check --config other/obstat.json"],
        RunAsync = static (invocation, _) => Task.FromResult(RunCheck(invocation)),
    };

    public static Verb Schema { get; } = new()
    {
        Path = "config schema",
        About = "the JSON Schema of obstat.json, for editors",
        Examples = ["obstat config schema > obstat.schema.json"],
        RunAsync = static (invocation, _) =>
        {
            invocation.Terminal.Write(SettingsSchema.Text());
            return Task.FromResult(ExitCode.Done);
        },
    };

    private static int RunCheck(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("config-check", ("file", JsonValue.Of(settings.File)), ("digest", JsonValue.Of($"sha256:{settings.Digest.ToHex()}")));
        }
        else
        {
            invocation.Terminal.Write($"{settings.File} is right\n");
        }

        return ExitCode.Done;
    }
}
