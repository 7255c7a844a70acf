using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Obstat.Console.Api;
using Obstat.Core;
using Obstat.Core.Permits;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Server.Api;
using Obstat.Server.Faces;
using Obstat.Server.Keys;
using Obstat.Server.Leases;
using Obstat.Server.Ledgers;
using Obstat.Server.Listeners;
using Obstat.Server.Points;
using Obstat.Server.Sources;
using Obstat.Server.Telemetry;
using Obstat.Settings;
using Obstat.Storage;
using Obstat.Storage.Queries;
using Obstat.Storage.Vaults;

namespace Obstat.Server;

/// <summary>
/// The control plane as one object: everything is made here, in the order in which each thing needs the one before. Nothing listens before the keys are announced, the log is whole and a snapshot,
/// be it one that decides nothing, is recorded.
/// </summary>
public sealed class PlaneHost : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly List<IDisposable> _made = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;
    private FaceListener? _console;
    private FaceListener? _public;
    private FacesParts? _faces;
    private MetricsHost? _metrics;
    private Task _upkeep = Task.CompletedTask;

    private PlaneHost()
    {
    }

    /// <summary>Completes with an exit code when the plane must end by itself: the ledger failed, or the working keys end.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>Where the console listens; null where it does not.</summary>
    public Uri? ConsoleAddress => _console?.Address;

    /// <summary>Where everybody may read; null where nobody may.</summary>
    public Uri? PublicAddress => _public?.Address;

    /// <summary>Where livez, readyz and metrics are served; null where they are not.</summary>
    public Uri? MetricsAddress => _metrics?.Address;

    /// <summary>Starts a plane.</summary>
    /// <param name="settings">The installation.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logging">Where telemetry goes.</param>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="PlaneStartException">A key, file or folder is not as it must be.</exception>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be relied on.</exception>
    public static async Task<PlaneHost> StartAsync(InstallationSettings settings, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var host = new PlaneHost();
        try
        {
            await host.StartPartsAsync(settings, clock, logging, cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_console is not null)
        {
            await _console.DisposeAsync();
        }

        if (_public is not null)
        {
            await _public.DisposeAsync();
        }

        if (_metrics is not null)
        {
            await _metrics.DisposeAsync();
        }

        if (_app is not null)
        {
            using var patience = new CancellationTokenSource(StopPatience);
            await _app.StopAsync(patience.Token);
            await _app.DisposeAsync();
        }

        await _upkeep;
        foreach (var made in Enumerable.Reverse(_made))
        {
            made.Dispose();
        }

        _stopping.Dispose();
    }

    private async Task StartPartsAsync(InstallationSettings settings, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancellation)
    {
        var paths = settings.Paths;
        foreach (var folder in (ReadOnlySpan<string>)[paths.Data, paths.Keys, paths.Ledger, paths.Run, SocketFolder(settings.Listen.Enforcement), SocketFolder(settings.Listen.Admin)])
        {
            if (!PrivateFolder.Prepare(folder, out var reason))
            {
                throw new PlaneStartException(reason);
            }
        }

        _ = LogRotation.Settle(settings, clock);
        var keys = PlaneKeys.TryLoad(settings, out var loaded, out var missing) ? Keep(loaded) : throw new PlaneStartException(missing);
        var working = Keep(new WorkingKeys(clock.GetUtcNow()));
        var ledger = Keep(Ledger.Open(
            new LedgerOptions { Folder = paths.Ledger },
            new LedgerKeys { Heads = keys.Heads, Statements = working.Statements, Root = keys.RootSigner.PublicKey, Announce = place => working.Announce(place, keys) },
            clock));
        PlaneKeys.Settle(paths, ledger.State.HeadKeys, keys.Heads);
        var vault = Keep(Vault.Open(paths.Ledger, ledger.Origin, keys.Tenant));

        using var early = LoggerFactory.Create(logging);
        var logger = early.CreateLogger("Obstat.Server");
        if (ledger.FoldRefused is { } why)
        {
            Log.FoldRefused(logger, why);
        }

        var snapshots = Keep(new Snapshots(paths.Policies, new TrustFiles(settings, keys, working, ledger.Origin), ledger, vault.Pepper, clock));
        var started = await snapshots.StartAsync(cancellation);
        foreach (var finding in started.Findings)
        {
            Log.Found(logger, finding.ToString());
        }

        if (started.Snapshot is null)
        {
            throw new LedgerUnavailableException($"the first snapshot was not recorded: {started.Reason}");
        }

        var terms = new PermitTerms(snapshots.Current.Snapshot.Trust.Issuer, settings.Limits.Permit, EngineBuild()) { LeaseLife = settings.Limits.Lease };
        var recorder = new Recorded.Recorder(ledger);
        var boots = new LiveBoots();
        var meter = Keep(new GateMeter(clock));
        var orders = new OrderBoard(working, ledger.State.Plane.Epoch, clock);
        var leases = new LeaseDesk(ledger, working, boots, orders, new RunningDecisions(snapshots, clock), settings.Limits.Lease, clock);
        snapshots.Moved += leases.DecideAgain;
        var stops = Keep(StopDesk.Open(paths, ledger, keys, vault.Pepper, snapshots, leases, orders, clock));
        var drain = new DrainDesk(ledger, leases, clock);
        var breakGlass = new BreakGlassDesk(snapshots, keys, ledger.Origin, clock, logger);
        // A drain stops what would begin, as a halt of everything does, and nothing that runs.
        var gate = new Gate(new VaultSealer(vault), recorder, new ExecutionPermit.Issuer(working), terms, scope => (drain.IsOn && scope == Scope.All) || stops.IsHalted(scope));
        var shelf = Keep(PermitShelf.Open(vault, paths.Ledger, clock));
        var rows = new DecisionRows(ledger, vault, Keep(EndIndex.Open(paths.Ledger, ledger.Origin)));
        var watch = new PointWatch(boots, ledger, snapshots, orders, stops, clock, logger);
        var exporter = new Exporter(ledger, rows, shelf);
        var queue = Keep(new AskQueue());
        leases.StopTook = meter.Stopped;
        var pointsApi = new PointsApi(settings, keys, working, recorder, ledger, snapshots, gate, shelf, boots, leases, orders, stops, meter, queue, new Continuations(ledger, paths.EndedLedgers), watch, clock, logger).Routes;
        var adminApi = new AdminApi(keys, working, ledger, snapshots, new IdentityDesk(settings, working, snapshots, clock), rows, exporter, watch, stops, drain, breakGlass, Link, clock).Routes;
        var running = await ListenAsync(settings, pointsApi, adminApi, logging, logger, cancellation);
        Log.Serving(running, ledger.Origin, settings.Listen.Enforcement.ToString(), settings.Listen.Admin.ToString());
        await StartFacesAsync(new FaceSources(settings, ledger, vault, snapshots, keys, working, boots, leases, stops, watch, meter, queue, exporter, clock, clock.GetUtcNow()), logging, running, cancellation);

        _upkeep = new Upkeep(ledger, snapshots, working, leases, stops, watch, drain, breakGlass, clock, running, code => _ended.TrySetResult(code)).RunAsync(_stopping.Token);
    }

    /// <summary>Serves the points and the operators; gives the log of the process that serves.</summary>
    private async Task<ILogger> ListenAsync(InstallationSettings settings, Routes points, Routes operators, Action<ILoggingBuilder> logging, ILogger early, CancellationToken cancellation)
    {
        // The empty builder reads no configuration file, no variable and no argument: nothing of the environment moves or opens a listener.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Obstat.Server" });
        _ = builder.Logging.ClearProviders();
        logging(builder.Logging);
        _ = builder.WebHost.UseKestrelCore();
        _ = builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings, points, operators, early));
        _app = builder.Build();
        _app.Run(StrictFront.ServeAsync);
        foreach (var address in (ReadOnlySpan<UnixAddress>)[settings.Listen.Enforcement, settings.Listen.Admin])
        {
            // The ledger's lock is ours, so a socket that stands here belongs to a plane that is gone.
            File.Delete(address.Path);
        }

        await _app.StartAsync(cancellation);
        foreach (var address in (ReadOnlySpan<UnixAddress>)[settings.Listen.Enforcement, settings.Listen.Admin])
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(address.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        return _app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Obstat.Server");
    }

    /// <summary>What looks at the plane. Nothing that fails here keeps it from deciding.</summary>
    private async Task StartFacesAsync(FaceSources sources, Action<ILoggingBuilder> logging, ILogger logger, CancellationToken cancellation)
    {
        var (listen, otlp) = (sources.Settings.Listen, sources.Settings.Otlp);
        if (listen.Console is null && listen.Public is null && listen.Metrics is null && otlp is null)
        {
            return;
        }

        _faces = Keep(new FacesParts(sources));
        PlaneGauges.Add(sources.Meter.Meter, sources, _faces.Standing, _faces.Keeper);
        if (Exports.Start(sources.Settings) is { } exports)
        {
            _ = Keep(exports);
        }

        if (listen.Console is { } console)
        {
            _console = await ConsoleHost.StartAsync(console, Keep(new FacesApi(sources, _faces, logger)), sources.Clock, logging, logger, cancellation);
        }

        if (listen.Public is { } everybody)
        {
            _public = await PublicHost.StartAsync(everybody, Keep(new PublicApi(sources, _faces, logger)), sources.Clock, logging, logger, cancellation);
        }

        if (listen.Metrics is { } metrics)
        {
            _metrics = await MetricsHost.StartAsync(metrics, _faces.Standing, _faces.Health, logging, logger, cancellation);
        }
    }

    /// <summary>Makes a one-time link into the console for whoever may use the operators' socket.</summary>
    private Answer Link(ConsoleLinkRequest request, Peer peer)
        => _console is not { Address: var address } || _faces is null ? Answer.Refused(409, DenyReason.UnknownAction, "the console does not listen: listen.console is null, or its port is taken")
            : _faces.Sessions.Link($"uid:{peer.UserId}", RoleRights.Parse(request.Role)) is var (token, until) ? Answer.Of(new ConsoleLinkAnswer($"{address}login?t={token}", until.ToUnixTimeSeconds()))
            : Answer.Refused(503, DenyReason.Late, "too many links wait to be opened; each ends after five minutes");

    private static void Configure(KestrelServerOptions kestrel, InstallationSettings settings, Routes points, Routes operators, ILogger logger)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = StrictFront.BodyBytesMax;
        kestrel.Limits.MaxRequestHeaderCount = 16;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        kestrel.Limits.MaxConcurrentConnections = 4_096;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        StrictFront.Listen(kestrel, settings.Listen.Enforcement, points, logger, PrivateFolder.UserId);
        StrictFront.Listen(kestrel, settings.Listen.Admin, operators, logger, PrivateFolder.UserId);
    }

    private T Keep<T>(T made)
        where T : IDisposable
    {
        _made.Add(made);
        return made;
    }

    private static string SocketFolder(UnixAddress address) => Path.GetDirectoryName(address.Path)!;

    /// <summary>Digest of the program that judges: the rooms Cedar and Core, in this order.</summary>
    private static Digest EngineBuild()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var assembly in (ReadOnlySpan<System.Reflection.Assembly>)[typeof(Cedar.Evaluator).Assembly, typeof(Gate).Assembly])
        {
            hash.AppendData(File.ReadAllBytes(assembly.Location));
        }

        return Digest.TryFromBytes(hash.GetHashAndReset(), out var digest) ? digest : default;
    }
}
