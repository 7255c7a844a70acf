using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Obstat.Samples.Agent;

/// <summary>Makes the official MCP client for what the command line asks.</summary>
public sealed class Connection(Arguments arguments)
{
    /// <summary>Connects and shakes hands. Throws what the client throws.</summary>
    public Task<McpClient> OpenAsync(CancellationToken cancellation)
    {
        var options = new McpClientOptions
        {
            ClientInfo = new Implementation { Name = "scripted-agent", Version = "1.0.0" },
            ProtocolVersion = arguments.Revision,
            InitializationTimeout = arguments.Timeout,
        };
        return McpClient.CreateAsync(arguments.Http is null ? Stdio() : Http(arguments.Http), options, cancellationToken: cancellation);
    }

    private StdioClientTransport Stdio() => new(new StdioClientTransportOptions
    {
        Name = "scripted-agent",
        Command = arguments.Command[0],
        Arguments = [.. arguments.Command.Skip(1)],
        StandardErrorLines = line => Console.Error.WriteLine(line),
        ShutdownTimeout = TimeSpan.FromSeconds(10),
    });

    private HttpClientTransport Http(Uri endpoint)
    {
        var options = new HttpClientTransportOptions { Endpoint = endpoint, TransportMode = HttpTransportMode.StreamableHttp, ConnectionTimeout = arguments.Timeout };
        if (arguments.BearerFile is not null)
        {
            options.AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = "Bearer " + File.ReadAllText(arguments.BearerFile).Trim() };
        }

        return new HttpClientTransport(options);
    }
}
