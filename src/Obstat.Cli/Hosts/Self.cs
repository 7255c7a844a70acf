using System.Collections.Immutable;

namespace Obstat.Cli.Hosts;

/// <summary>How this program is started again, by a host and from any folder.</summary>
internal static class Self
{
    /// <summary>Program and first arguments, absolute.</summary>
    public static ImmutableArray<string> Command
        => Environment.GetEnvironmentVariable("OBSTAT_SELF") is { Length: > 0 } script && Path.IsPathRooted(script) && File.Exists(script) ? [script]
            : Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) != "dotnet" ? [host]
            : [Environment.ProcessPath ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "obstat-cli.dll")];

    /// <summary>The command line as a shell takes it.</summary>
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(w => w.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '@' or '+' or '=') && w.Length > 0 ? w : $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
}
