using System.Diagnostics;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Cli.Serving;
using Obstat.Settings;

namespace Obstat.Cli.Auditing;

/// <summary>A copy of the installation's own ledger, made for one audit and deleted with it. This program cannot read the ledger's files; the plane's program exports them, also while a plane runs.</summary>
internal sealed class ExportedCopy : IDisposable
{
    private ExportedCopy(string folder) => Folder = folder;

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>Makes the copy; null with the exit code where it cannot be made, which is told.</summary>
    public static async Task<(ExportedCopy? Copy, int Code)> MakeAsync(Invocation invocation, InstallationSettings settings, CancellationToken cancellation)
    {
        if (!Programs.TryFind(Programs.Server, out var server, out var reason))
        {
            return (null, invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("programs", reason, "the ledger's files are read by the plane's program", "run ./obstat from the sources, or set OBSTAT_PROGRAMS")));
        }

        var copy = new ExportedCopy(Directory.CreateTempSubdirectory("obstat-audit-").FullName);
        string[] words = [.. server[1..], "ledger", "export", "--config", settings.File, "--form", "json", copy.Folder, "statements"];
        using var process = Process.Start(new ProcessStartInfo(server[0], words) { RedirectStandardOutput = true })!;
        await using var stop = cancellation.Register(() => _ = Signals.Send(process.Id, Signals.Terminate)).ConfigureAwait(false);
        _ = await process.StandardOutput.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        if (process.ExitCode == 0)
        {
            return (copy, ExitCode.Done);
        }

        copy.Dispose();
        cancellation.ThrowIfCancellationRequested();
        return (null, invocation.Terminal.Fail(ExitCode.NotVerified, ErrorText.Of("ledger", "the ledger could not be exported", "what does not lead to its checkpoint does not leave it: the line above names the entry", "audit a copy that was exported before, or ask the operator")));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
