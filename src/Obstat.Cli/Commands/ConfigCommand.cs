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

    public static Verb Show { get; } = new()
    {
        Path = "config show",
        About = "every value that the processes go by, defaults and all; never a secret",
        Examples = ["obstat config show", "obstat config show --origin", "obstat config show --output json"],
        Options = [new("--origin", null, "also where each value comes from: the file, or the default")],
        More = "Of a secret it shows where it comes from (file, env, command), and never reads it; of any other variable of a server that it has a text.",
        RunAsync = static (invocation, _) => Task.FromResult(RunShow(invocation)),
    };

    private static int RunShow(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (!StrictJson.TryParse(File.ReadAllBytes(settings.File), JsonRules.Settings, JsonLimits.Intake, out var file, out var error))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", $"{settings.File} changed while it was read: {error}", "what it says is not known", "obstat config check"));
        }

        var values = EffectiveSetting.Of(settings, file).ToArray();
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("config-show", ("file", JsonValue.Of(settings.File)), ("values", JsonValue.Array(values.Select(v => JsonValue.Object(
                ("member", JsonValue.Of(v.Member)), ("value", v.Value), ("origin", JsonValue.Of(Origin(v))))))));
            return ExitCode.Done;
        }

        var table = invocation.Has("--origin") ? new Table("MEMBER", "VALUE", "ORIGIN") : new Table("MEMBER", "VALUE");
        foreach (var value in values)
        {
            var text = value.Value.AsString ?? value.Value.ToString();
            if (invocation.Has("--origin"))
            {
                table.Add(value.Member, text, Origin(value));
            }
            else
            {
                table.Add(value.Member, text);
            }
        }

        invocation.Terminal.Write(table);
        return ExitCode.Done;
    }

    private static string Origin(EffectiveSetting value) => value.IsDefault ? "default" : SettingsFile.Name;

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
