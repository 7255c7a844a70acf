using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Obstat.Samples.Payments;

/// <summary>The two MCP methods of this server, the same for stdio and HTTP.</summary>
public sealed class PaymentsHandlers(ToolFile tools, Bank bank)
{
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
        return ValueTask.FromResult(new CallToolResult { Content = [new TextContentBlock { Text = text }], IsError = isError });
    }
}
