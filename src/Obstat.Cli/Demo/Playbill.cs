using System.Diagnostics;
using System.Globalization;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Demo;

/// <summary>
/// What the demo tells its pages: its rows and processes as they are, in a file beside the plane's sockets that the plane shows and never acts upon. It is written with each change and each second, so that who reads it
/// sees by its time whether a demo still runs; at the end it is taken away. Safe for concurrent use.
/// </summary>
internal sealed class Playbill : IAsyncDisposable
{
    public const string Plane = "control plane";
    public const string Wire = "wire between gateway and plane";
    public const string Gateway = "gateway";
    public const string Agent = "agent";
    private const string Payments = "payments server";

    private static readonly string[] Parts = [Agent, Gateway, Wire, Plane];

    private readonly Lock _writing = new();
    private readonly InstallationPaths _paths;
    private readonly Func<int> _effects;
    private readonly Dictionary<string, (PartState State, string Says)> _parts = Parts.ToDictionary(p => p, _ => (PartState.Stopped, "not started"), StringComparer.Ordinal);
    private readonly (string State, RowResult? Result)[] _rows = [.. Enumerable.Repeat(("waiting", (RowResult?)null), Plan.Rows.Length)];
    private readonly CancellationTokenSource _stop = new();
    private readonly Stopwatch _clock = new();
    private readonly Task _beating;
    private string? _verify;
    private bool _isOver;
    private bool _isGone;

    /// <summary>Begins to tell.</summary>
    /// <param name="paths">Where everything of the demo's installation stands.</param>
    /// <param name="effects">How many effects the tool server's journal shows now.</param>
    public Playbill(InstallationPaths paths, Func<int> effects)
    {
        (_paths, _effects) = (paths, effects);
        if (!PrivateFolder.Prepare(paths.Run, out var reason))
        {
            throw new DemoFailureException(reason);
        }

        Write();
        _beating = BeatAsync();
    }

    /// <summary>Waits until somebody opened the pages; at most so long.</summary>
    public async Task WaitForReaderAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (!File.Exists(_paths.DemoSessions) && clock.Elapsed < patience)
        {
            await Task.Delay(100, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A process is so now.</summary>
    public void Tell(string part, PartState state, string says) => Change(() => _parts[part] = (state, says));

    /// <summary>A row began.</summary>
    public void Began(int row) => Change(() =>
    {
        _clock.Start();
        _rows[row - 1] = ("playing", null);
    });

    /// <summary>A row ended.</summary>
    public void Ended(RowResult result) => Change(() => _rows[result.Row.Number - 1] = (result.IsClosed ? "closed" : "open", result));

    /// <summary>All rows that could be played were.</summary>
    /// <param name="verify">The command that verifies the evidence of it offline.</param>
    public void Over(string verify) => Change(() =>
    {
        _clock.Stop();
        (_isOver, _verify) = (true, verify);
    });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        lock (_writing)
        {
            _isGone = true;
            File.Delete(_paths.Demo);
            File.Delete(_paths.DemoSessions);
        }

        _stop.Dispose();
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                Change(() => { });
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private void Change(Action change)
    {
        lock (_writing)
        {
            if (!_isGone)
            {
                change();
                Write();
            }
        }
    }

    private void Write()
    {
        var effects = _effects();
        var payments = JsonValue.Object(
            ("name", JsonValue.Of(Payments)), ("state", JsonValue.Of("runs")), ("says", JsonValue.Of(string.Create(CultureInfo.InvariantCulture, $"{effects} {(effects == 1 ? "effect" : "effects")} in its own journal"))));
        PrivateFile.Replace(_paths.Demo, JsonValue.Object(
            ("at", JsonValue.Of(DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))),
            ("milliseconds", JsonValue.Of(_clock.ElapsedMilliseconds)),
            ("isOver", JsonValue.Of(_isOver)),
            ("verify", JsonValue.Of(_verify)),
            ("rows", JsonValue.Array(_rows.Select((row, i) => JsonValue.Object(
                ("number", JsonValue.Of(i + 1)),
                ("broken", JsonValue.Of(Plan.Rows[i].Broken)),
                ("expected", JsonValue.Of(Plan.Rows[i].Expected)),
                ("state", JsonValue.Of(row.State)),
                ("got", JsonValue.Of(row.Result?.Got)),
                ("effects", row.Result is { } result ? JsonValue.Of(result.Effects) : JsonValue.Null),
                ("entry", row.Result?.Entry is { } entry ? JsonValue.Of(entry) : JsonValue.Null),
                ("open", JsonValue.Of(row.Result?.Open)))))),
            ("parts", JsonValue.Array(Parts.Select(p => JsonValue.Object(("name", JsonValue.Of(p)), ("state", JsonValue.Of(Word(_parts[p].State))), ("says", JsonValue.Of(_parts[p].Says)))).Append(payments)))).ToCanonicalBytes());
    }

    private static string Word(PartState state) => state switch
    {
        PartState.Runs => "runs",
        PartState.Broken => "broken",
        _ => "stopped",
    };
}
