using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Obstat.Samples.Payments;

// A payments server that knows nothing of any gate in front of it. It does what it is told, and its journal says what that was.
if (Arguments.Parse(args, out var fault) is not { } arguments)
{
    Console.Error.WriteLine(fault);
    Console.Error.WriteLine("usage: payments [--journal FILE] [--tools FILE] [--journal-requests] [--http URL [--stateless]]");
    return 2;
}

using var journal = new Journal(arguments.Journal);
var handlers = new PaymentsHandlers(new ToolFile(arguments.Tools), new Bank(journal));
var info = new Implementation { Name = "payments", Version = "1.0.0" };
if (arguments.Http is not null)
{
    await HttpHost.RunAsync(arguments, info, handlers, journal);
    return 0;
}

var options = new McpServerOptions
{
    ServerInfo = info,
    Handlers = new McpServerHandlers { ListToolsHandler = handlers.ListAsync, CallToolHandler = handlers.CallAsync },
};
var input = Console.OpenStandardInput();
await using var transport = new StreamServerTransport(arguments.JournalRequests ? new RecordedStream(input, journal) : input, Console.OpenStandardOutput(), info.Name);
await using var server = McpServer.Create(transport, options);
await server.RunAsync();
return 0;
