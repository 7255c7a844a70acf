using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cli.Output;
using Obstat.Settings;

namespace Obstat.Cli.CommandLine;

/// <summary>A command line that was understood.</summary>
internal sealed record Invocation(
    Terminal Terminal,
    Verb Verb,
    ImmutableDictionary<string, string> Arguments,
    ImmutableDictionary<string, ImmutableArray<string>> Options,
    ImmutableArray<string> Rest,
    OutputForm Form)
{
    /// <summary>An argument that is required.</summary>
    public string this[string argument] => Arguments[argument];

    /// <summary>Whether data is asked for as JSON.</summary>
    public bool IsJson => Form == OutputForm.Json;

    /// <summary>An argument or null.</summary>
    public string? Argument(string name) => Arguments.GetValueOrDefault(name);

    /// <summary>Whether a flag was given.</summary>
    public bool Has(string option) => Options.ContainsKey(option);

    /// <summary>The value of an option or null.</summary>
    public string? Option(string name) => Options.TryGetValue(name, out var values) ? values[^1] : null;

    /// <summary>The configuration file: <c>--config</c>, else <c>OBSTAT_CONFIG</c>, else <c>obstat.json</c> here.</summary>
    public string SettingsPath => Option("--config") ?? Environment.GetEnvironmentVariable("OBSTAT_CONFIG") ?? SettingsFile.Name;

    /// <summary>Reads the configuration or tells why not; the exit code is then <see cref="ExitCode.Usage"/>.</summary>
    public bool TrySettings([NotNullWhen(true)] out InstallationSettings? settings)
    {
        if (SettingsFile.TryLoad(SettingsPath, out settings, out var error))
        {
            return true;
        }

        Terminal.Tell(error.ToString());
        return false;
    }

    /// <summary>Tells a mistake in the command line.</summary>
    public int Misused(string what, string why, string fix) => Terminal.Fail(ExitCode.Usage, ErrorText.Of("usage", what, why, fix));
}
