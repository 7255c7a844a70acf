using System.Collections.Immutable;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Mcp;

/// <summary>A tool server as an operator looks at it: connect and list, and ask for a tool that cannot exist. It can call no other tool.</summary>
internal abstract class McpServer : IAsyncDisposable
{
    private const string Sessions = "2025-11-25";
    private const string Stateless = "2026-07-28";
    private const string Meta = "io.modelcontextprotocol/";

    /// <summary>How the names of tools begin that nobody has.</summary>
    public const string CanaryPrefix = "obstat-canary-";

    /// <summary>Largest message that is read: 4 MiB.</summary>
    protected const int BytesMax = 1 << 22;

    private const int PagesMax = 100;
    private const int ToolsMax = 1000;

    private static readonly JsonLimits Limits = new(BytesMax, 64, 200_000);

    /// <summary>How long a server that answered the first greeting may take for the second.</summary>
    private static readonly TimeSpan SecondGreeting = TimeSpan.FromSeconds(5);

    private int _lastId;

    /// <summary>Starts the program or opens the address of a server.</summary>
    public static McpServer Open(UpstreamSettings upstream) => upstream.Url is { } url ? new HttpMcpServer(url) : StdioMcpServer.Start(upstream);

    /// <summary>The revision that is spoken: with a session where the server has one, else without.</summary>
    protected string Revision { get; private set; } = Sessions;

    /// <summary>Whether each request stands alone and says its revision itself.</summary>
    protected bool IsStateless => Revision == Stateless;

    /// <summary>Connects and lists all tools.</summary>
    public async Task<ImmutableArray<JsonValue>> ListToolsAsync(CancellationToken cancellation)
    {
        await ConnectAsync(cancellation).ConfigureAwait(false);
        var tools = ImmutableArray.CreateBuilder<JsonValue>();
        string? cursor = null;
        for (var page = 0; page < PagesMax && (page == 0 || cursor is not null); page++)
        {
            var listed = await AskAsync("tools/list", cursor is null ? null : JsonValue.Object(("cursor", JsonValue.Of(cursor))), cancellation).ConfigureAwait(false);
            tools.AddRange(listed["tools"]?.Items ?? throw new McpFailureException("its tools/list has no tools"));
            cursor = listed["nextCursor"]?.AsString;
        }

        return cursor is null && tools.Count <= ToolsMax ? tools.DrainToImmutable() : throw new McpFailureException($"it lists more than {ToolsMax} tools, or endless pages");
    }

    /// <summary>Asks for a tool that nobody has, to see who answers: the whole response.</summary>
    public async Task<JsonValue> CallCanaryAsync(string canary, CancellationToken cancellation)
    {
        var id = ++_lastId;
        var call = JsonValue.Object(("name", JsonValue.Of(CanaryPrefix + canary)), ("arguments", JsonValue.EmptyObject));
        return await SendAsync(Request(id, "tools/call", call), id, cancellation).ConfigureAwait(false) ?? throw new McpFailureException("it does not answer tools/call");
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Sends a message; with an id, gives the response to it.</summary>
    protected abstract Task<JsonValue?> SendAsync(JsonValue message, int? id, CancellationToken cancellation);

    /// <summary>Reads a message of the server; anything but one JSON object is a failure.</summary>
    protected static JsonValue Parse(ReadOnlySpan<byte> utf8)
        => StrictJson.TryParse(utf8, JsonRules.Intake, Limits, out var value, out var error) && value.Kind == JsonKind.Object
            ? value
            : throw new McpFailureException($"what it sends is no message: {(value is null ? error.ToString() : "no object")}");

    /// <summary>Whether a message is the response to a request.</summary>
    protected static bool IsResponse(JsonValue message, int id) => message["id"]?.AsInteger == id && message["method"] is null;

    /// <summary>The answer to a request of the server: a ping is answered, everything else is not offered. Null: it was no request.</summary>
    protected static JsonValue? Reply(JsonValue message)
        => message["method"]?.AsString is not { } method || message["id"] is not { } id ? null
            : method == "ping" ? JsonValue.Object(("jsonrpc", JsonValue.Of("2.0")), ("id", id), ("result", JsonValue.EmptyObject))
            : JsonValue.Object(("jsonrpc", JsonValue.Of("2.0")), ("id", id), ("error", JsonValue.Object(("code", JsonValue.Of(-32601)), ("message", JsonValue.Of("not offered")))));

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        McpFailureException why;
        try
        {
            var hello = JsonValue.Object(("protocolVersion", JsonValue.Of(Revision)), ("capabilities", JsonValue.EmptyObject), ("clientInfo", Self));
            var answer = await AskAsync("initialize", hello, cancellation).ConfigureAwait(false);
            if (answer["protocolVersion"]?.AsString == Revision)
            {
                _ = await SendAsync(JsonValue.Object(("jsonrpc", JsonValue.Of("2.0")), ("method", JsonValue.Of("notifications/initialized"))), null, cancellation).ConfigureAwait(false);
                return;
            }

            why = new($"it speaks revision \"{Shown.Of(answer["protocolVersion"]?.AsString ?? "none", 32)}\", the gateway speaks {Sessions} and {Stateless}");
        }
        catch (McpFailureException e)
        {
            why = e;
        }

        if (!await IsDiscoveredAsync(cancellation).ConfigureAwait(false))
        {
            throw why; // what it said to the first greeting tells more than that it knows no second
        }
    }

    private async Task<bool> IsDiscoveredAsync(CancellationToken cancellation)
    {
        Revision = Stateless;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(SecondGreeting);
        try
        {
            var answer = await AskAsync("server/discover", null, patience.Token).ConfigureAwait(false);
            return answer["supportedVersions"]?.Items.Any(v => v.AsString == Stateless) == true;
        }
        catch (McpFailureException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<JsonValue> AskAsync(string method, JsonValue? parameters, CancellationToken cancellation)
    {
        var id = ++_lastId;
        var response = await SendAsync(Request(id, method, parameters), id, cancellation).ConfigureAwait(false);
        return response?["result"] is { Kind: JsonKind.Object } result ? result
            : throw new McpFailureException($"it answers {method} with an error: {Shown.Of(response?["error"]?["message"]?.AsString ?? "no message")}");
    }

    private static JsonValue Self => JsonValue.Object(("name", JsonValue.Of("obstat")), ("version", JsonValue.Of("0.1.0")));

    private JsonValue Request(int id, string method, JsonValue? parameters)
    {
        if (IsStateless)
        {
            var meta = JsonValue.Object((Meta + "protocolVersion", JsonValue.Of(Revision)), (Meta + "clientCapabilities", JsonValue.EmptyObject), (Meta + "clientInfo", Self));
            parameters = (parameters ?? JsonValue.EmptyObject).With("_meta", meta);
        }

        var message = JsonValue.Object(("jsonrpc", JsonValue.Of("2.0")), ("id", JsonValue.Of(id)), ("method", JsonValue.Of(method)));
        return parameters is null ? message : message.With("params", parameters);
    }
}
