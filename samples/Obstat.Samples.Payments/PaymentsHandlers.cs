using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Obstat.Samples.Payments;

/// <summary>The two MCP methods of this server, the same for stdio and HTTP.</summary>
public sealed class PaymentsHandlers(ToolFile tools, Bank bank)
{
    /// <summary>A tool that the definitions file may name: it tells its progress each 20 ms for as long as it is let, to a caller that asks for progress.</summary>
    public const string Watch = "watch";

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary><c>tools/list</c>: all definitions in one page.</summary>
    public ValueTask<ListToolsResult> ListAsync(RequestContext<ListToolsRequestParams> request, CancellationToken cancellation)
        => ValueTask.FromResult(new ListToolsResult { Tools = tools.Read() });

    /// <summary><c>tools/call</c>: only what the definitions file names.</summary>
    public ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellation)
    {
        var call = request.Params ?? throw new McpProtocolException("no params", McpErrorCode.InvalidParams);
        if (!tools.Read().Any(tool => tool.Name == call.Name))
        {
            throw new McpProtocolException("Unknown tool", McpErrorCode.InvalidParams);
        }

        var arguments = new JsonObject();
        foreach (var (name, value) in call.Arguments ?? new Dictionary<string, System.Text.Json.JsonElement>())
        {
            // Parsed from the raw text: 900.50 stays 900.50 in the journal.
            arguments[name] = JsonNode.Parse(value.GetRawText());
        }

        var (text, isError) = bank.Call(call.Name, arguments);
        return call is { Name: Watch, ProgressToken: { } token } ? WatchAsync(request.Server, token, cancellation)
            : ValueTask.FromResult(new CallToolResult { Content = [new TextContentBlock { Text = text }], IsError = isError });
    }

    // Never ends by itself: whoever asked cancels, or somebody in between cuts it.
    private static async ValueTask<CallToolResult> WatchAsync(McpServer server, ProgressToken token, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Tick);
        for (var n = 1; ; n++)
        {
            await server.NotifyProgressAsync(token, new ProgressNotificationValue { Progress = n }, cancellationToken: cancellation);
            _ = await timer.WaitForNextTickAsync(cancellation);
        }
    }
}
