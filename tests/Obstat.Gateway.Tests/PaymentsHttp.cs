using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Obstat.Gateway.Tests;

/// <summary>The payments server of the samples over Streamable HTTP, as a real process on a free port.</summary>
internal sealed class PaymentsHttp : IDisposable
{
    private readonly Process _process;

    public PaymentsHttp(PaymentsServer server, bool isStateless = false)
    {
        _process = Process.Start(new ProcessStartInfo(PaymentsServer.Executable, [.. server.Arguments, "--http", "http://127.0.0.1:0/mcp", .. isStateless ? ["--stateless"] : Array.Empty<string>()]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Url = new Uri((string)JsonNode.Parse(_process.StandardOutput.ReadLine()!)!["listening"]!);
    }

    public Uri Url { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
