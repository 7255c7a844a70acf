using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Obstat.Cli.Hosts;

/// <summary>The version of a host as its own program tells it.</summary>
internal static partial class HostVersion
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Asks; null where the program is not here or says no version.</summary>
    public static async Task<Version?> AskAsync(HostFacts host, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(host.VersionCommand[0], host.VersionCommand.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var said = await process.StandardOutput.ReadToEndAsync(patience.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            return process.ExitCode == 0 && Number().Match(said) is { Success: true } found ? Version.Parse(found.Value) : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\d{1,6}\.\d{1,6}\.\d{1,6}")]
    private static partial Regex Number();
}
