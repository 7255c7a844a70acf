using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Obstat.Core.Records;
using Obstat.Proof.Json;
using Obstat.Settings;
using Obstat.Storage;
using Obstat.Storage.Opening;
using Obstat.Storage.Serving;

namespace Obstat.Server.Ledgers;

/// <summary>
/// <c>Obstat.Server ledger VERB --config FILE --form table|json WORDS..</c>: what is done to a ledger beside the plane, in a process of its own. All but <c>rebuild-index</c>, <c>rotate</c> and <c>rotate-log</c> only reads, holds no key, and works
/// while the plane runs, is away, or was poisoned; those three need the plane to be away. Exit codes: 0 done, 1 failed, 2 usage.
/// </summary>
internal sealed class LedgerProgram(InstallationSettings settings, bool isJson, TextWriter output, TextWriter error)
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Usage = 2;

    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    /// <summary>Runs the words after <c>ledger</c>.</summary>
    public static async Task<int> RunAsync(string[] words, TextWriter output, TextWriter error)
    {
        if (words is not [var verb, "--config", var file, "--form", "table" or "json", .. var rest])
        {
            await error.WriteLineAsync("usage: Obstat.Server ledger VERB --config FILE --form table|json WORDS..");
            return Usage;
        }

        if (!SettingsFile.TryLoad(file, out var settings, out var mistake))
        {
            await error.WriteLineAsync(mistake.ToString());
            return Usage;
        }

        using var stopping = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            return await new LedgerProgram(settings, words[4] == "json", output, error).RunAsync(verb, rest, stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return Failed;
        }
        catch (Exception e) when (e is LedgerUnavailableException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await error.WriteLineAsync($"error[LedgerUnavailable]: {e.Message}");
            return Failed;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    private Task<int> RunAsync(string verb, string[] words, CancellationToken cancellation) => (verb, words) switch
    {
        ("checkpoint", []) => Task.FromResult(Checkpoint()),
        ("proof", [var index]) when long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => Task.FromResult(Proof(n)),
        ("export", [var folder, .. var what]) when what is [] or ["statements"] or ["from", _] or ["statements", "from", _]
            => Task.FromResult(Export(what is [.., "from", var ledger] ? ledger : settings.Paths.Ledger, folder, what is ["statements", ..], cancellation)),
        ("rebuild-index", []) => Task.FromResult(RebuildIndex(cancellation)),
        ("rotate", [var days]) when int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => RotateAsync(TimeSpan.FromDays(n), cancellation),
        ("rotate-log", []) => RotateLogAsync(cancellation),
        ("serve", [var address]) when IPEndPoint.TryParse(address, out var at) => ServeAsync(at, cancellation),
        _ => Task.FromResult(Misused(verb)),
    };

    private int Checkpoint()
    {
        using var log = PublishedLog.Open(settings.Paths.Ledger);
        if (log.Newest() is not { } newest)
        {
            return Nothing("nothing was published yet");
        }

        Tell(
            newest.Note.ToString(),
            "ledger-checkpoint",
            ("origin", JsonValue.Of(newest.Head.Origin)),
            ("size", JsonValue.Of(newest.Head.Size)),
            ("root", JsonValue.Of(newest.Head.Root.ToBase64())),
            ("logKey", JsonValue.Of(log.HeadKeys.Newest.ToString())),
            ("note", JsonValue.Of(newest.Note.ToString())));
        return Done;
    }

    private int Proof(long index)
    {
        using var log = PublishedLog.Open(settings.Paths.Ledger);
        if (log.Prove(index) is not { } proof)
        {
            return Nothing($"entry {index.ToString(CultureInfo.InvariantCulture)} is not covered by a published checkpoint");
        }

        var text = Encoding.UTF8.GetString(proof.ToBytes());
        Tell(text, "ledger-proof", ("index", JsonValue.Of(index)), ("proof", JsonValue.Of(text)));
        return Done;
    }

    private int Export(string ledger, string folder, bool withStatements, CancellationToken cancellation)
    {
        using var log = PublishedLog.Open(ledger);
        var head = LogFolder.Write(log, folder, withStatements, Progress(), cancellation);
        Tell(
            string.Create(CultureInfo.InvariantCulture, $"wrote   {head.Size} entries to {folder}\nlog     {log.HeadKeys.Newest}\n"),
            "ledger-export",
            ("folder", JsonValue.Of(Path.GetFullPath(folder))),
            ("size", JsonValue.Of(head.Size)),
            ("root", JsonValue.Of(head.Root.ToBase64())),
            ("statements", JsonValue.Of(withStatements)));
        return Done;
    }

    private int RebuildIndex(CancellationToken cancellation)
    {
        var (entries, tiles) = DerivedIndexes.Rebuild(settings.Paths.Ledger, Progress(), cancellation);
        Tell(
            string.Create(CultureInfo.InvariantCulture, $"read    {entries} entries, they lead to every signed head\nmade    {tiles} tiles again; the next start makes the kept fold\n"),
            "ledger-rebuild-index",
            ("entries", JsonValue.Of(entries)),
            ("tiles", JsonValue.Of(tiles)));
        return Done;
    }

    private async Task<int> RotateAsync(TimeSpan overlap, CancellationToken cancellation)
    {
        if (overlap < HeadRotation.OverlapMin || overlap > HeadRotation.OverlapMax)
        {
            return Misused("rotate");
        }

        var (rotation, index) = await HeadKeyChange.RunAsync(settings, overlap, TimeProvider.System, cancellation);
        Tell(
            string.Create(CultureInfo.InvariantCulture, $"entry   {index}\nold     {rotation.Old?.Vkey}, until {rotation.OverlapUntil} at least\nnew     {rotation.New?.Vkey}\n"),
            "ledger-rotate",
            ("index", JsonValue.Of(index)),
            ("old", JsonValue.Of(rotation.Old?.Vkey)),
            ("new", JsonValue.Of(rotation.New?.Vkey)),
            ("overlapUntil", JsonValue.Of(rotation.OverlapUntil?.ToString())));
        return Done;
    }

    private async Task<int> RotateLogAsync(CancellationToken cancellation)
    {
        var told = System.Diagnostics.Stopwatch.StartNew();
        var (ended, inForce) = await LogRotation.RunAsync(settings, TimeProvider.System, Waits, cancellation);
        var folder = Path.Combine(settings.Paths.EndedLedgers, ended);
        using var log = PublishedLog.Open(folder);
        var size = log.Newest()?.Head.Size ?? 0;
        Tell(
            string.Create(CultureInfo.InvariantCulture, $"ended   {ended}, {size} entries, in {folder}\nlog     {inForce}\n"),
            "ledger-rotate-log",
            ("ended", JsonValue.Of(ended)),
            ("size", JsonValue.Of(size)),
            ("folder", JsonValue.Of(folder)),
            ("origin", JsonValue.Of(inForce.Name)),
            ("logKey", JsonValue.Of(inForce.ToString())));
        return Done;

        void Waits(long open)
        {
            if (told.Elapsed >= TellEvery)
            {
                told.Restart();
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"waits for {open} executions, until a minute after their permits"));
            }
        }
    }

    /// <summary>Tells now and then how far long work is.</summary>
    private Action<long> Progress()
    {
        var told = System.Diagnostics.Stopwatch.StartNew();
        return entries =>
        {
            if (told.Elapsed >= TellEvery)
            {
                told.Restart();
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entries} entries"));
            }
        };
    }

    private async Task<int> ServeAsync(IPEndPoint address, CancellationToken cancellation)
    {
        await using var front = await TileFront.StartAsync(settings.Paths.Ledger, address, cancellation);
        Tell($"serves  {front.Origin} at {front.Address}\n", "ledger-serve", ("origin", JsonValue.Of(front.Origin)), ("address", JsonValue.Of(front.Address)));
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop: that is how serving ends well.
        }

        return Done;
    }

    private void Tell(string text, string schema, params (string Name, JsonValue Value)[] members)
    {
        output.Write(isJson ? JsonValue.Object([("schema", JsonValue.Of($"obstat.cli/{schema}/v1")), .. members]) + "\n" : text);
        output.Flush();
    }

    private int Nothing(string why)
    {
        error.WriteLine($"error[ledger]: {why}");
        return Failed;
    }

    private int Misused(string verb)
    {
        error.WriteLine($"error[usage]: ledger {verb}: expected checkpoint, proof INDEX, export FOLDER [statements] [from LEDGER], rebuild-index, rotate DAYS (1 to 365), rotate-log, serve ADDRESS:PORT");
        return Usage;
    }
}
