using System.Collections.Immutable;
using System.Diagnostics;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Mcp;

/// <summary>A program that speaks MCP on its standard streams, started as the gateway starts it: nothing of this environment but PATH, HOME and LANG reaches it.</summary>
internal sealed class StdioMcpServer : McpServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Process _process;
    private readonly MemoryStream _rest = new();
    private volatile string? _complaint;
    private volatile string? _lastSaid;

    private StdioMcpServer(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data))
            {
                _lastSaid = line.Data;
                _complaint ??= line.Data.Contains("rror", StringComparison.Ordinal) ? line.Data : null;
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Starts the program.</summary>
    /// <exception cref="McpFailureException">It cannot be started, or a secret of its environment cannot be had.</exception>
    public static StdioMcpServer Start(UpstreamSettings upstream)
    {
        var start = new ProcessStartInfo(upstream.Command!, upstream.Arguments)
        {
            WorkingDirectory = upstream.Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var name in new[] { "PATH", "HOME", "LANG" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
            {
                start.Environment[name] = value;
            }
        }

        foreach (var (name, source) in upstream.Environment)
        {
            start.Environment[name] = source.TryRead(out var value, out var reason) ? value : throw new McpFailureException($"{name}: {reason}");
        }

        return Start(start);
    }

    /// <summary>Starts a program as a host's file has it: in the environment of the host.</summary>
    /// <exception cref="McpFailureException">It cannot be started.</exception>
    public static StdioMcpServer Start(ImmutableArray<string> command, IEnumerable<(string Name, string Value)> environment, string folder)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Start(start);
    }

    private static StdioMcpServer Start(ProcessStartInfo start)
    {
        try
        {
            return new StdioMcpServer(Process.Start(start)!);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new McpFailureException($"it cannot be started: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        await _rest.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override async Task<JsonValue?> SendAsync(JsonValue message, int? id, CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(message, cancellation).ConfigureAwait(false);
            while (id is { } wanted)
            {
                var came = Parse(await LineAsync(cancellation).ConfigureAwait(false));
                if (IsResponse(came, wanted))
                {
                    return came;
                }

                if (Reply(came) is { } reply)
                {
                    await WriteAsync(reply, cancellation).ConfigureAwait(false);
                }
            }

            return null;
        }
        catch (IOException e)
        {
            throw new McpFailureException($"it ended: {Shown.Of(e.Message)}", e);
        }
    }

    /// <summary>What is known of a program that ended before it answered: its exit code, and the first line of its errors that names one.</summary>
    private async Task<string> LastWordsAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "it closed its output without an answer";
        }

        var said = _complaint ?? _lastSaid;
        return FormattableString.Invariant($"it ended without an answer, with exit code {_process.ExitCode}{(said is null ? "" : $", and said: {Shown.Of(said.Trim(), 200)}")}");
    }

    private async Task WriteAsync(JsonValue message, CancellationToken cancellation)
    {
        await _process.StandardInput.BaseStream.WriteAsync((byte[])[.. message.ToCanonicalBytes(), (byte)'\n'], cancellation).ConfigureAwait(false);
        await _process.StandardInput.BaseStream.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<byte[]> LineAsync(CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        while (true)
        {
            var had = _rest.ToArray();
            var end = Array.IndexOf(had, (byte)'\n');
            if (end >= 0)
            {
                _rest.SetLength(0);
                _rest.Write(had.AsSpan(end + 1));
                return had[..end];
            }

            var count = await _process.StandardOutput.BaseStream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
            if (count == 0 || _rest.Length + count > BytesMax)
            {
                throw new McpFailureException(count == 0 ? await LastWordsAsync(cancellation).ConfigureAwait(false) : $"a line of it has more than {BytesMax} bytes");
            }

            _rest.Write(buffer, 0, count);
        }
    }
}
