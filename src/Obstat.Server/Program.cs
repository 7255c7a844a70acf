using System.Runtime.InteropServices;
using Obstat.Server;
using Obstat.Server.Ledgers;
using Obstat.Settings;
using Obstat.Storage;

if (args is ["ledger", .. var words])
{
    return await LedgerProgram.RunAsync(words, Console.Out, Console.Error);
}

if (args is not ["--config", var file])
{
    await Console.Error.WriteLineAsync("usage: Obstat.Server --config obstat.json");
    return 2;
}

if (!SettingsFile.TryLoad(file, out var settings, out var error))
{
    await Console.Error.WriteLineAsync(error.ToString());
    return 2;
}

var stopped = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    await using var plane = await PlaneHost.StartAsync(
        settings,
        TimeProvider.System,
        logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft", LogLevel.Warning)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace),
        CancellationToken.None);
    Supervision.Watch(() => stopped.TrySetResult(0));
    await Console.Error.WriteLineAsync("ready");
    return await await Task.WhenAny(stopped.Task, plane.Ended);
}
catch (PlaneStartException e)
{
    await Console.Error.WriteLineAsync($"error[config]: {e.Message}");
    return 2;
}
catch (LedgerUnavailableException e)
{
    await Console.Error.WriteLineAsync($"error[LedgerUnavailable]: {e.Message}");
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    _ = stopped.TrySetResult(0);
}
