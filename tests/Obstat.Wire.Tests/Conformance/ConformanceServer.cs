using System.Diagnostics;
using System.Text.Json.Nodes;
using Obstat.Tests;

namespace Obstat.Wire.Tests.Conformance;

/// <summary>The server that implements what the conformance suite calls, on the official SDK, as a process of its own.</summary>
internal sealed class ConformanceServer : IDisposable
{
    private readonly Process _process;

    public ConformanceServer(string revision)
    {
        var folders = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        var program = Path.Combine(Vectors.Root, "tests", "Obstat.Conformance.Server", "bin", folders[^2], folders[^1], "Obstat.Conformance.Server");
        _process = Process.Start(new ProcessStartInfo(program, revision == "2026-07-28" ? ["--stateless"] : Array.Empty<string>()) { RedirectStandardOutput = true })!;
        Url = (string)JsonNode.Parse(_process.StandardOutput.ReadLine()!)!["listening"]!;
    }

    public string Url { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
