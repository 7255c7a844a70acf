using System.Runtime.InteropServices;
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
    };
    await using var door = await Door.OpenAsync(options, new PointClock(), CancellationToken.None);
    var (host, reason) = await GatewayHost.StartAsync(settings, new PlaneDoor(door), Console.Error.WriteLine);
    if (host is null)
    {
        Console.Error.WriteLine(reason);
        return 1;
    }

    // In this order at the end: listeners, sessions with their children, then the door, which sends what can still be sent.
    await using (host)
    {
        Console.Error.WriteLine("ready");
        await end.Task;
    }

    return 0;
}
catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

void End(PosixSignalContext context)
{
    context.Cancel = true;
    _ = end.TrySetResult();
}
