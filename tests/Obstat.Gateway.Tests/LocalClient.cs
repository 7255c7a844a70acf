using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Obstat.Gateway.Local;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Gateway.JsonRpc;
using JsonValue = Obstat.Proof.Json.JsonValue;

namespace Obstat.Gateway.Tests;

/// <summary>A client on a real unix socket pair whose other end is a local connection of the gateway. Messages are raw lines; answers are found by id.</summary>
internal sealed class LocalClient : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly Task _serving;
    private readonly Task _reading;
    private readonly TaskCompletionSource<JsonObject> _question = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> _answers = new(StringComparer.Ordinal);

    public LocalClient(FakeDoor door, Func<IUpstream> upstream, string server = "s", string? token = "alice")
    {
        var (ours, theirs) = Posix.SocketPair();
        _stream = new NetworkStream(new Socket(new SafeSocketHandle(ours, true)), ownsSocket: true);
        var connection = new LocalConnection(new NetworkStream(new Socket(new SafeSocketHandle(theirs, true)), ownsSocket: true), new LocalHolders(),
            (name, tell) => name == "s" ? new Session(new SessionParts(FakeDoor.Server, door, door, TimeProvider.System, e => Faults.Add(e)), upstream, tell) : null);
        _serving = ServeAsync(connection);
        _reading = ReadAsync();
        _stream.Write(Encoding.UTF8.GetBytes(JsonValue.Object(("v", JsonValue.Of(1)), ("server", JsonValue.Of(server)), ("token", JsonValue.Of(token))) + "\n"));
    }

    public ConcurrentBag<Exception> Faults { get; } = [];

    /// <summary>Everything that came, in order.</summary>
    public ConcurrentQueue<string> Received { get; } = [];

    public static string Initialize => """{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";

    public async Task<JsonObject> OpenAsync()
    {
        var answer = await AskAsync(Initialize, "\"init\"");
        Send("""{"jsonrpc":"2.0","method":"notifications/initialized"}"""u8);
        return answer;
    }

    public void Send(ReadOnlySpan<byte> line) => _stream.Write([.. line, (byte)'\n']);

    /// <summary>Sends a line and waits for the answer with the id, given as JSON text.</summary>
    public Task<JsonObject> AskAsync(string line, string id)
    {
        var answer = Answer(id);
        Send(Encoding.UTF8.GetBytes(line));
        return answer;
    }

    public Task<JsonObject> Answer(string id) => _answers.GetOrAdd(id, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>The first request of the server that came.</summary>
    public Task<JsonObject> QuestionAsync() => _question.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public void Forget(string id) => _ = _answers.TryRemove(id, out _);

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _serving;
        await _reading;
    }

    private static async Task ServeAsync(LocalConnection connection)
    {
        using (connection)
        {
            await connection.ServeAsync(CancellationToken.None);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(_stream, leaveOpen: true);
            while (await reader.ReadLineAsync() is { } line)
            {
                Received.Enqueue(line);
                var message = JsonNode.Parse(line)!.AsObject();
                _ = message.ContainsKey("method") && message.ContainsKey("id") && _question.TrySetResult(message);
                if (RpcMessage.TryParse(Encoding.UTF8.GetBytes(line), out var answer, out _) && answer is { Kind: RpcKind.Result or RpcKind.Error, Id: { } id })
                {
                    _answers.GetOrAdd(id.ToString(), static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(message);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
        }
    }
}
