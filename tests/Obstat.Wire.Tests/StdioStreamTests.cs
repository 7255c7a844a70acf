using System.Diagnostics;
using System.Text.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Wire.Tests;

/// <summary>A stream of a server over stdio, seen by a client of <c>mcp wrap</c>: orders and silence end it as they end one over HTTP, and the session goes on.</summary>
public sealed class StdioStreamTests(ITestOutputHelper output) : StreamScene(output)
{
    // Tells its progress each 10 ms until its process group is killed: it knows of no cancellation.
    private const string Program = """
        #!/bin/sh
        while read -r line; do
          id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
          case $line in
            *'"initialize"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"streams","version":"1"}}}' ;;
            *'"tools/list"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"tools":[{"name":"watch","description":"Tells its progress.","inputSchema":{"type":"object"}}]}}' ;;
            *'"tools/call"'*)
              token=$(printf '%s' "$line" | sed -n 's/.*"progressToken":\([0-9]*\).*/\1/p')
              (n=0; while n=$((n+1)); do echo '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":'"$token"',"progress":'"$n"'}}' || exit; sleep 0.01; done) & ;;
            *'"id":'*) echo '{"jsonrpc":"2.0","id":'"$id"',"error":{"code":-32601,"message":"Method not found"}}' ;;
          esac
        done
        """;

    private readonly ITestOutputHelper _output = output;
    private string? _script;
    private Process? _client;

    public override async ValueTask DisposeAsync()
    {
        _client?.Kill(entireProcessTree: true);
        _client?.Dispose();
        await base.DisposeAsync();
        if (_script is not null)
        {
            File.Delete(_script);
        }
    }

    private async Task ConnectAsync(int lease)
    {
        _script = Path.GetTempFileName();
        await File.WriteAllTextAsync(_script, Program);
        await MakeAsync(lease, false, "/bin/sh", _script);
        await UpAsync();
        _client = Process.Start(Ran.StartOf(Home.Folder, new Dictionary<string, string>(), Installation.Program, ["mcp", "wrap", "streams"]))!;
        _client.ErrorDataReceived += (_, line) => _output.WriteLine($"wrap | {line.Data}");
        _client.BeginErrorReadLine();
        await SayAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"w","version":"1"}}}""");
        Assert.Contains("\"result\"", await HearAsync(), StringComparison.Ordinal);
        await SayAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
    }

    private async Task SayAsync(string line)
    {
        await _client!.StandardInput.WriteLineAsync(line);
        await _client.StandardInput.FlushAsync();
    }

    private async Task<string> HearAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _client!.StandardOutput.ReadLineAsync(patience.Token) ?? throw new IOException("mcp wrap has ended");
    }

    /// <summary>Begins a stream and waits for its first progress.</summary>
    private async Task BeginAsync(int id)
    {
        await SayAsync($$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"watch","arguments":{},"_meta":{"progressToken":7}}}""");
        Assert.Contains("notifications/progress", await HearAsync(), StringComparison.Ordinal);
    }

    /// <summary>Reads until the stream ends: its answer, and how long after <paramref name="since"/> the last progress came.</summary>
    private async Task<(JsonElement Answer, TimeSpan Last)> EndAsync(int id, long since)
    {
        for (var last = since; ;)
        {
            var line = await HearAsync();
            if (!line.Contains("notifications/progress", StringComparison.Ordinal))
            {
                var answer = JsonDocument.Parse(line).RootElement;
                Assert.Equal(id, answer.GetProperty("id").GetInt32());
                return (answer, Stopwatch.GetElapsedTime(since, last));
            }

            last = Stopwatch.GetTimestamp();
        }
    }

    private static string? CodeOf(JsonElement answer) => answer.GetProperty("result").GetProperty("_meta").GetProperty("execution/denial").GetProperty("reason").GetString();

    [Fact]
    public async Task An_order_ends_the_stream_and_nothing_of_it_comes_after_its_answer()
    {
        await ConnectAsync(Long);
        await BeginAsync(2);
        var sent = Stopwatch.GetTimestamp();
        Assert.Equal(1, (await StopAsync(AdminRoutes.Halt, new Scope(ScopeKind.Tool, "streams/watch"))).Ordered);
        var (answer, last) = await EndAsync(2, sent);
        Tell("command to last progress", [last.TotalMilliseconds]);
        Assert.Equal("Halted", CodeOf(answer));
        Assert.True(last < TimeSpan.FromSeconds(Long / 10), $"{last}");

        // The server does not stop by itself: what it goes on to tell is not passed on, and the session still answers.
        await SayAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"watch","arguments":{},"_meta":{"progressToken":7}}}""");
        var (again, more) = await EndAsync(3, sent);
        Assert.Equal(("Halted", TimeSpan.Zero), (CodeOf(again), more));
    }

    [Fact]
    public async Task A_dead_plane_ends_the_stream_within_the_lease()
    {
        await ConnectAsync(Short);
        await BeginAsync(2);
        var plane = Home.PartId("Obstat.Server")!.Value;
        var lost = Stopwatch.GetTimestamp();
        await SignalAsync("-KILL", plane);
        var (answer, last) = await EndAsync(2, lost);
        Tell("death of the plane to last progress", [last.TotalMilliseconds]);
        Assert.Equal("PlaneUnavailable", CodeOf(answer));
        Assert.True(last < TimeSpan.FromSeconds(Short), $"{last}");
        _ = await Home.ReadyAgainAsync("plane");
    }
}
