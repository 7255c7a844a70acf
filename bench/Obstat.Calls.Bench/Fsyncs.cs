using System.Diagnostics;
using System.Globalization;

namespace Obstat.Calls.Bench;

/// <summary>fsync and fdatasync calls of a process, counted by strace while the watch lasts. Tracing slows what is traced: no time is taken under it.</summary>
internal sealed class Fsyncs : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly Process _strace;

    private Fsyncs(int process)
        => _strace = Process.Start(new ProcessStartInfo("strace", ["-f", "-e", "trace=fsync,fdatasync", "-o", _file, "-p", process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;

    /// <summary>Starts the watch; null where strace is not installed.</summary>
    public static async Task<Fsyncs?> WatchAsync(int process)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "strace"))))
        {
            return null;
        }

        var watch = new Fsyncs(process);
        while (await watch._strace.StandardError.ReadLineAsync() is { } line && !line.Contains("attached", StringComparison.Ordinal))
        {
        }

        _ = watch._strace.StandardError.ReadToEndAsync();
        return watch;
    }

    /// <summary>Ends the watch; how many there were.</summary>
    public int End()
    {
        using (var interrupt = Process.Start("kill", ["-INT", _strace.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            interrupt.WaitForExit();
        }

        _strace.WaitForExit();
        return File.ReadLines(_file).Count(line => line.Contains("sync(", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _strace.Dispose();
        File.Delete(_file);
    }
}
