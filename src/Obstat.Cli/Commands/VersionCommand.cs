using System.Reflection;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat version</c>.</summary>
internal static class VersionCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "version",
        About = "version and commit of these programs",
        Examples = ["obstat version"],
        RunAsync = static (invocation, _) => Task.FromResult(Run(invocation)),
    };

    private static int Run(Invocation invocation)
    {
        var text = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        var (version, commit) = text.Split('+') is [var v, var c] ? (v, c) : (text, "unknown");
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("version", ("version", JsonValue.Of(version)), ("commit", JsonValue.Of(commit)), ("runtime", JsonValue.Of(Environment.Version.ToString())));
        }
        else
        {
            invocation.Terminal.Write($"obstat {version}\ncommit  {commit}\nruntime .NET {Environment.Version}\n");
        }

        return ExitCode.Done;
    }
}
