using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Gateway.Upstreams;

/// <summary>From a registration to what is started: the path of the program, exactly the registered arguments, and an environment of three names and what the registration adds.</summary>
internal static class ChildPrograms
{
    private static readonly string[] Passed = ["PATH", "HOME", "LANG"];

    /// <summary>What a registration starts. A stored package that was changed is refused as <see cref="DenyReason.AttestationBroken"/>: it is another server than the one that was approved.</summary>
    /// <param name="server">The registration.</param>
    /// <param name="told">Takes the reason of a refusal, for the operator's log.</param>
    public static Startable Of(UpstreamSettings server, Action<string> told)
    {
        if (PackageStore.Complaint(server) is { } changed)
        {
            told($"{server.Name} is not started: {changed}");
            return new Startable(null, DenyReason.AttestationBroken);
        }

        if (TryMake(server, out var program, out var reason))
        {
            return program;
        }

        told($"{server.Name} cannot be started: {reason}");
        return new Startable(null, DenyReason.Fault);
    }

    /// <summary>Makes the program of a registration. Refused with a reason: a program that is nowhere, a secret that cannot be read.</summary>
    public static bool TryMake(UpstreamSettings server, [NotNullWhen(true)] out ChildProgram? program, [NotNullWhen(false)] out string? reason)
    {
        (program, reason) = (null, null);

        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Passed)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                environment[name] = value;
            }
        }

        foreach (var (name, source) in server.Environment)
        {
            if (!source.TryRead(out var value, out reason))
            {
                return false;
            }

            environment[name] = value;
        }

        var command = server.Command!;
        var path = command.Contains('/', StringComparison.Ordinal) ? command
            : environment.GetValueOrDefault("PATH", "").Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists);
        if (path is null)
        {
            reason = $"{command} is in no folder of PATH";
            return false;
        }

        program = new ChildProgram(path, [command, .. server.Arguments], server.Folder, [.. environment.Select(e => $"{e.Key}={e.Value}")]);
        return true;
    }
}
