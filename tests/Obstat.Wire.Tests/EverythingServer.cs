using System.Diagnostics;
using System.Globalization;

namespace Obstat.Wire.Tests;

/// <summary>The reference server that uses every part of the protocol, on Streamable HTTP and a free port, as a process of others.</summary>
internal sealed class EverythingServer : IDisposable
{
    private readonly Process _process;

    private EverythingServer(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    public static async Task<EverythingServer> StartAsync()
    {
        var port = Installation.FreePort().ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(Ran.StartOf(Path.GetTempPath(), new Dictionary<string, string> { ["PORT"] = port }, NodePrograms.Node, [NodePrograms.Everything, "streamableHttp"]))!;
        while (await process.StandardError.ReadLineAsync() is { } line && !line.Contains("listening", StringComparison.OrdinalIgnoreCase))
        {
        }

        _ = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        return new EverythingServer(process, $"http://127.0.0.1:{port}/mcp");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
