using System.Diagnostics;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>A conversation with an MCP server through the official TypeScript SDK, in its own process.</summary>
internal sealed class SdkClient : IAsyncDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Task<string> _errors;

    private SdkClient(Process process, JsonElement greeting) => (_process, _errors, Greeting) = (process, process.StandardError.ReadToEndAsync(), greeting);

    /// <summary>How the handshake ended.</summary>
    public JsonElement Greeting { get; }

    public bool Connected => Greeting.GetProperty("connected").GetBoolean();

    public static Task<SdkClient> StdioAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
        => StartAsync(folder, environment, [NodePrograms.Client, "stdio", .. command]);

    public static Task<SdkClient> HttpAsync(string folder, string url, string? bearer)
        => StartAsync(folder, new Dictionary<string, string>(), [NodePrograms.Client, "http", url, .. bearer is null ? Array.Empty<string>() : [bearer]]);

    public Task<JsonElement> ListAsync() => AskAsync(new { list = true });

    public Task<JsonElement> CallAsync(string tool, object? arguments = null) => AskAsync(new { call = tool, arguments = arguments ?? new { } });

    public async Task<JsonElement> AskAsync(object step)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(step));
        await _process.StandardInput.FlushAsync();
        return await LineAsync(_process);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _ = await _errors;
        _process.Dispose();
    }

    private static async Task<SdkClient> StartAsync(string folder, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var process = Process.Start(Ran.StartOf(folder, environment, NodePrograms.Node, arguments))!;
        return new SdkClient(process, await LineAsync(process));
    }

    private static async Task<JsonElement> LineAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(AnswerWithin);
        var line = await process.StandardOutput.ReadLineAsync(deadline.Token);
        return line is null
            ? throw new InvalidOperationException($"the client ended: {await process.StandardError.ReadToEndAsync(deadline.Token)}")
            : JsonDocument.Parse(line).RootElement;
    }
}
