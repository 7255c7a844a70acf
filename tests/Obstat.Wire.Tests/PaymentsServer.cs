using System.Diagnostics;
using System.Text.Json;
using Obstat.Tests;

namespace Obstat.Wire.Tests;

/// <summary>The sample's payments server over HTTP, a process of its own that no kill of ours touches, with its journal of effects.</summary>
internal sealed class PaymentsServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _journal;

    private PaymentsServer(Process process, string journal, Uri url) => (_process, _journal, Url) = (process, journal, url);

    public Uri Url { get; }

    /// <summary>The program, which speaks stdio unless it is told otherwise.</summary>
    public static string Program => Path.Combine(
        Vectors.Root, "samples", "Obstat.Samples.Payments", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "Obstat.Samples.Payments");

    /// <summary>The notes of all transfers that it carried out, in order.</summary>
    public IReadOnlyList<string> Effects => [.. File.ReadAllLines(_journal).Select(l => JsonDocument.Parse(l).RootElement)
        .Where(l => l.GetProperty("kind").GetString() == "effect").Select(l => l.GetProperty("arguments").GetProperty("note").GetString()!)];

    public static async Task<PaymentsServer> StartAsync(string folder)
    {
        var journal = Path.Combine(folder, "journal.jsonl");
        var process = Process.Start(Ran.StartOf(folder, new Dictionary<string, string>(), Program, ["--http", "http://127.0.0.1:0/mcp", "--journal", journal, "--stateless"]))!;
        var listening = await process.StandardOutput.ReadLineAsync();
        _ = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        return new PaymentsServer(process, journal, new Uri(JsonDocument.Parse(listening!).RootElement.GetProperty("listening").GetString()!));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
