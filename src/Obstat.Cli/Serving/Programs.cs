using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Cli.Serving;

/// <summary>Finds the other programs: in the folder that <c>OBSTAT_PROGRAMS</c> names, else beside this program's own folder.</summary>
internal static class Programs
{
    /// <summary>The control plane.</summary>
    public const string Server = "Obstat.Server";

    /// <summary>The gateway.</summary>
    public const string Gateway = "Obstat.Gateway";

    /// <summary>The payments tool server of the samples.</summary>
    public const string Payments = "Obstat.Samples.Payments";

    /// <summary>The scripted agent of the samples.</summary>
    public const string Agent = "Obstat.Samples.Agent";

    private static string Folder => Environment.GetEnvironmentVariable("OBSTAT_PROGRAMS") ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, ".."));

    /// <summary>The command line that starts a program, without its arguments.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out string[]? command, [NotNullWhen(false)] out string? reason)
    {
        var library = Path.Combine(Folder, name, name + ".dll");
        command = File.Exists(library) ? [Host, library] : null;
        reason = command is null ? $"{name} is not in {Folder}" : null;
        return command is not null;
    }

    /// <summary>A start of a command line whose process gets no signal from this terminal, so that it can be stopped in order.</summary>
    public static ProcessStartInfo Start(IEnumerable<string> command, string folder)
    {
        string[] words = File.Exists("/usr/bin/setsid") ? ["/usr/bin/setsid", .. command] : [.. command];
        return new ProcessStartInfo(words[0], words[1..]) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
    }

    // The runtime host that runs this program runs the others too: no second one is looked for.
    private static string Host => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
