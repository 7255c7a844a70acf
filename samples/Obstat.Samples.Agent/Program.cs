using Obstat.Samples.Agent;

// An agent without a model: it makes exactly the calls that its script names, and prints exactly what came back.
if (Arguments.Parse(args, out var fault) is not { } arguments)
{
    Console.Error.WriteLine(fault);
    Console.Error.WriteLine("usage: agent [--steps FILE] [--revision R] [--timeout S] (--http URL [--bearer-file F] | -- COMMAND ARGS..)");
    return 2;
}

await using var script = new Script(new Connection(arguments), arguments.Timeout, Console.Out);
var connected = await script.ConnectAsync();
using var steps = arguments.Steps is null ? Console.In : File.OpenText(arguments.Steps);
while (connected && await steps.ReadLineAsync() is { } line)
{
    if (line.Trim().Length > 0)
    {
        await script.PlayAsync(line);
    }
}

return connected ? 0 : 1;
