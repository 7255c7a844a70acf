using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Obstat.Enforcement;
using Obstat.Gateway;
using Obstat.Gateway.Doors;
using Obstat.Proof;
using Obstat.Settings;

// The gateway process: reads the one configuration, opens its door to the plane, listens, and says "ready" on standard error. Exit 2: bad configuration; 1: cannot serve.
if (args is not ["--config", var file])
{
    Console.Error.WriteLine("usage: Obstat.Gateway --config obstat.json");
    return 2;
}

if (!SettingsFile.TryLoad(file, out var settings, out var error))
{
    Console.Error.WriteLine(error);
    return 2;
}

if (!PlaneAddress.TryParse(settings.Gateway.Plane.ToString(), out var plane))
{
    Console.Error.WriteLine($"{settings.File}: gateway.plane is no address that can be dialled");
    return 2;
}

var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
try
{
    if (!OperatorKeys.TryRead(settings.Paths, out var operators, out var missing))
    {
        Console.Error.WriteLine(missing);
        return 2;
    }

    var stopSocket = settings.Paths.StopSocket(settings.Gateway.Point).Path;
    if (!PrivateFolder.Prepare(Path.GetDirectoryName(stopSocket)!, out var unfit))
    {
        Console.Error.WriteLine(unfit);
        return 1;
    }

    var options = new DoorOptions
    {
        PointId = settings.Gateway.Point,
        Kind = "gateway",
        Plane = plane,
        KeyFolder = settings.Paths.PointKeys(settings.Gateway.Point),
        EnrolmentFile = settings.Paths.Enrolment(settings.Gateway.Point),
        Build = Digest.Of(File.ReadAllBytes(typeof(GatewayHost).Assembly.Location)),
        Config = settings.Digest,
        AskTime = settings.Limits.Decision,
        StopSocket = stopSocket,
        DiesFrozen = true,
        Operators = operators,
    };
    await using var door = await Door.OpenAsync(options, new PointClock(), CancellationToken.None);

    // Nothing listens before a forbidden probe was refused and recorded. A plane that is away is waited for.
    using var given = new CancellationTokenSource();
    Supervision.Watch(() => end.TrySetResult());
    var arming = ArmedDoor.ArmAsync(door, Console.Error.WriteLine, given.Token);
    if (await Task.WhenAny(arming, end.Task) != arming)
    {
        await given.CancelAsync();
    }

    await using var armed = await arming;
    var (host, reason) = await GatewayHost.StartAsync(settings, new PlaneDoor(armed), Console.Error.WriteLine);
    if (host is null)
    {
        Console.Error.WriteLine(reason);
        return 1;
    }

    // In this order at the end: listeners, sessions with their children, the probes, then the door, which sends what can still be sent.
    await using (host)
    {
        Console.Error.WriteLine("ready");
        await end.Task;
    }

    return 0;
}
catch (OperationCanceledException) when (end.Task.IsCompleted)
{
    return 0;
}
catch (IOException e) when (e.InnerException is AddressInUseException)
{
    // Trying again would not help: somebody else, often another gateway, was there first.
    Console.Error.WriteLine($"error[config]: {settings.Listen.Gateway} is in use by another program, perhaps the gateway of another installation");
    Console.Error.WriteLine("  why     two programs cannot listen at one address, and clients would not know which gate they speak to");
    Console.Error.WriteLine($"  fix     stop the other one, or choose another port: \"listen\": {{ \"gateway\": \"127.0.0.1:PORT\" }} in {settings.File}");
    return 2;
}
catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

void End(PosixSignalContext context)
{
    context.Cancel = true;
    _ = end.TrySetResult();
}
