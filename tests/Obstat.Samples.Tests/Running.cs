using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Obstat.Samples.Tests;

/// <summary>A built sample as a real process, spoken to by lines. What hangs fails after thirty seconds.</summary>
internal sealed class Running : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private Running(Process process) => _process = process;

    /// <summary>The program in its own output folder, built with the same configuration as this test. Beside this test it would miss libraries that the shared framework has.</summary>
    public static string Built(string sample)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Obstat.Tests.Vectors.Root, "samples", $"Obstat.Samples.{sample}", "bin", output.Parent!.Name, output.Name, $"Obstat.Samples.{sample}.dll");
    }

    public static Running Start(string sample, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Built(sample), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return new(process);
    }

    public async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    public async Task<JsonObject> HearAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Limit) ?? throw new InvalidOperationException("the process ended");
        return (JsonObject)JsonNode.Parse(line)!;
    }

    public async Task<JsonObject> AskAsync(string line)
    {
        await SayAsync(line);
        return await HearAsync();
    }

    public async Task InitializeAsync()
    {
        _ = await AskAsync("""{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""");
        await SayAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
    }

    public Task<JsonObject> CallAsync(string tool, string arguments)
        => AskAsync($$$"""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}}}}""");

    public async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: nothing of the process runs any more when this returns.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
