using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Obstat.Samples.Agent;

/// <summary>
/// Plays steps against one server. A step is one JSON object a line: <c>{"call":NAME,"arguments":{..}}</c>, <c>{"list":true}</c>, <c>{"read":URI}</c>,
/// <c>{"ping":true}</c>, <c>{"method":NAME,"params":{..}}</c> or <c>{"reconnect":true}</c>; a member <c>id</c> of any kind is given back.
/// Each is answered by one JSON line: <c>step</c>, <c>id</c>, <c>kind</c>, <c>ms</c> and either the result's members or <c>error</c>.
/// </summary>
public sealed class Script(Connection connection, TimeSpan timeout, TextWriter output) : IAsyncDisposable
{
    /// <summary>Member of a result's <c>_meta</c>, and of an error's data, that tells a refusal from a tool's own failure.</summary>
    public const string DenialMember = "execution/denial";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private McpClient? _client;
    private int _step;

    /// <summary>Connects; the first line says how that went. False when it did not succeed.</summary>
    public async Task<bool> ConnectAsync()
    {
        var line = await MeasureAsync("connect", null, ConnectOnceAsync);
        return line["error"] is null;
    }

    /// <summary>Plays one line.</summary>
    public async Task PlayAsync(string text)
    {
        _step++;
        JsonObject step;
        try
        {
            step = JsonNode.Parse(text) as JsonObject ?? throw new JsonException("expected an object");
        }
        catch (JsonException fault)
        {
            Print(new JsonObject { ["step"] = _step, ["kind"] = "unreadable", ["error"] = new JsonObject { ["message"] = fault.Message } });
            return;
        }

        var id = step["id"];
        await (step switch
        {
            _ when step["call"] is JsonValue name => MeasureAsync("call", id, token => CallAsync((string)name!, step["arguments"] as JsonObject, token)),
            _ when step["list"] is not null => MeasureAsync("list", id, ListAsync),
            _ when step["read"] is JsonValue uri => MeasureAsync("read", id, token => RequestAsync("resources/read", new JsonObject { ["uri"] = (string?)uri }, token)),
            _ when step["ping"] is not null => MeasureAsync("ping", id, token => RequestAsync("ping", null, token)),
            _ when step["method"] is JsonValue method => MeasureAsync("method", id, token => RequestAsync((string)method!, step["params"], token)),
            _ when step["reconnect"] is not null => MeasureAsync("connect", id, ConnectOnceAsync),
            _ => MeasureAsync("unknown", id, _ => throw new ArgumentException("expected call, list, read, ping, method or reconnect")),
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    private async Task<JsonObject> ConnectOnceAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        _client = null;
        _client = await connection.OpenAsync(cancellation);
        return new() { ["protocol"] = _client.NegotiatedProtocolVersion, ["server"] = _client.ServerInfo?.Name };
    }

    private async Task<JsonObject> CallAsync(string name, JsonObject? arguments, CancellationToken cancellation)
    {
        var result = await RequestAsync("tools/call", new JsonObject { ["name"] = name, ["arguments"] = arguments?.DeepClone() ?? new JsonObject() }, cancellation);
        var body = (JsonObject)result["result"]!;
        var texts = (body["content"] as JsonArray ?? []).OfType<JsonObject>().Where(block => (string?)block["type"] == "text").Select(block => (string?)block["text"]);
        return new()
        {
            ["text"] = string.Join('\n', texts),
            ["isError"] = body["isError"] is JsonValue isError && (bool)isError,
            ["denial"] = body["_meta"]?[DenialMember]?.DeepClone(),
            ["meta"] = body["_meta"]?.DeepClone(),
        };
    }

    private async Task<JsonObject> ListAsync(CancellationToken cancellation)
    {
        var tools = new JsonArray();
        string? cursor = null;
        do
        {
            var page = (JsonObject)(await RequestAsync("tools/list", cursor is null ? null : new JsonObject { ["cursor"] = cursor }, cancellation))["result"]!;
            foreach (var tool in page["tools"] as JsonArray ?? [])
            {
                tools.Add(tool?.DeepClone());
            }

            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);
        return new() { ["names"] = new JsonArray([.. tools.Select(tool => tool?["name"]?.DeepClone())]), ["tools"] = tools };
    }

    // The low-level request of the client: no cache, no retry and no typed view between the step and the wire.
    private async Task<JsonObject> RequestAsync(string method, JsonNode? parameters, CancellationToken cancellation)
    {
        var client = _client ?? throw new InvalidOperationException("not connected");
        var response = await client.SendRequestAsync(new JsonRpcRequest { Method = method, Params = parameters?.DeepClone() }, cancellation);
        return new() { ["result"] = response.Result?.DeepClone() ?? new JsonObject() };
    }

    private async Task<JsonObject> MeasureAsync(string kind, JsonNode? id, Func<CancellationToken, Task<JsonObject>> play)
    {
        var line = new JsonObject { ["step"] = _step, ["id"] = id?.DeepClone(), ["kind"] = kind };
        var start = Stopwatch.GetTimestamp();
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            foreach (var (name, value) in await play(limit.Token))
            {
                line[name] = value?.DeepClone();
            }

            line["error"] = null;
        }
        catch (Exception fault)
        {
            line["error"] = Describe(fault);
        }

        line["ms"] = Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 3);
        Print(line);
        return line;
    }

    private static JsonObject Describe(Exception fault)
    {
        var http = Chain(fault).OfType<HttpRequestException>().FirstOrDefault();
        var protocol = Chain(fault).OfType<McpProtocolException>().FirstOrDefault();
        var data = new JsonObject();
        foreach (System.Collections.DictionaryEntry entry in protocol?.Data ?? new Dictionary<string, object>())
        {
            data[entry.Key.ToString()!] = JsonSerializer.SerializeToNode(entry.Value);
        }

        return new()
        {
            ["code"] = protocol is null ? null : (int)protocol.ErrorCode,
            ["http"] = http?.StatusCode is { } status ? (int)status : null,
            ["type"] = fault.GetType().Name,
            ["message"] = fault.Message,
            ["data"] = data.Count == 0 ? null : data,
        };
    }

    private static IEnumerable<Exception> Chain(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            yield return fault;
        }
    }

    private void Print(JsonObject line)
    {
        output.WriteLine(line.ToJsonString(Plain));
        output.Flush();
    }
}
