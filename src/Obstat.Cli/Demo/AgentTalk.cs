using System.Diagnostics;
using Obstat.Cli.Serving;
using Obstat.Proof.Json;

namespace Obstat.Cli.Demo;

/// <summary>The scripted agent: a program of its own on the official MCP client, which starts <c>mcp wrap</c> as an agent's host would. Steps go in, answers come out, a line each.</summary>
internal sealed class AgentTalk : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private AgentTalk(Process process, JsonValue connected) => (_process, Connected) = (process, connected);

    /// <summary>How the handshake went.</summary>
    public JsonValue Connected { get; }

    /// <summary>Starts it and waits for its handshake.</summary>
    public static async Task<AgentTalk> StartAsync(IEnumerable<string> command, string folder, Action<string> line)
    {
        var process = new Process { StartInfo = Programs.Start(command, folder) };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null)
            {
                line(e.Data);
            }
        };
        _ = process.Start();
        process.BeginErrorReadLine();
        return new AgentTalk(process, await ReadAsync(process).ConfigureAwait(false));
    }

    /// <summary>Plays one step and gives its line.</summary>
    public async Task<JsonValue> PlayAsync(JsonValue step)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(step.ToString()).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new DemoFailureException("the agent has ended", e);
        }

        return await ReadAsync(_process).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static async Task<JsonValue> ReadAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token).ConfigureAwait(false) ?? throw new DemoFailureException("the agent ended without an answer");
            return StrictJson.TryParse(System.Text.Encoding.UTF8.GetBytes(line), JsonRules.Canonicalizer, JsonLimits.Intake, out var value, out var error)
                ? value
                : throw new DemoFailureException($"the agent's line is not JSON: {error}");
        }
        catch (OperationCanceledException e)
        {
            throw new DemoFailureException(FormattableString.Invariant($"the agent did not answer within {Patience.TotalSeconds} s"), e);
        }
    }
}
