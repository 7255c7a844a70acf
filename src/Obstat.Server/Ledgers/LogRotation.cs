using Obstat.Core.Records;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Settings;
using Obstat.Storage;
using Obstat.Storage.Changing;
using Obstat.Storage.Files;
using Obstat.Storage.Reading;

namespace Obstat.Server.Ledgers;

/// <summary>
/// The yearly change of logs while the plane is away. The first key of the new log is durable in its file before the entry that names it can be; from that entry on the new log is in force, and whoever starts next - this, or a
/// plane - puts it there.
/// </summary>
internal static class LogRotation
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Ends the log in force and begins the one that goes on. Throws <see cref="LedgerUnavailableException"/> where something stands in the way.</summary>
    /// <param name="settings">The installation.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="waits">Is told for how many executions it waits: until their permits and the grace are over.</param>
    /// <param name="cancellation">Gives it up; before the log ended, nothing has changed.</param>
    public static async Task<(string Ended, VerifierKey InForce)> RunAsync(InstallationSettings settings, TimeProvider clock, Action<long> waits, CancellationToken cancellation)
    {
        var paths = settings.Paths;
        if (!File.Exists(Path.Combine(paths.Ledger, "ledger.db")))
        {
            throw new LedgerUnavailableException($"{paths.Ledger}: expected a ledger");
        }

        if (Settle(settings, clock) is { } begun)
        {
            return begun; // a change that was interrupted is this one
        }

        using (var keys = PlaneKeys.TryLoad(settings, out var loaded, out var reason) ? loaded : throw new LedgerUnavailableException(reason))
        using (var working = new WorkingKeys(clock.GetUtcNow()))
        using (var ledger = Ledger.Open(new LedgerOptions { Folder = paths.Ledger }, KeysOf(keys.Heads, keys, working), clock))
        {
            if (keys.Heads.Held.Length > 1)
            {
                throw new LedgerUnavailableException($"a head key of {keys.Heads.Origin} is being replaced: expected the end of that overlap before the end of the log");
            }

            await CloseAsync(ledger, clock, waits, cancellation);
            if (LogEnd.Refusal(ledger.State) is { } cannot)
            {
                throw new LedgerUnavailableException(cannot);
            }

            if (!File.Exists(paths.NextHeadKey))
            {
                DurableFile.Write(paths.NextHeadKey, HeadKeyFile.Generate(null));
            }

            using var next = Read(paths.NextHeadKey, settings);
            _ = await LogChange.EndAsync(ledger, next, cancellation);
        }

        return Settle(settings, clock) ?? throw new LedgerUnavailableException("the log ended, and does not go on");
    }

    /// <summary>Finishes a change that was decided: the log ended. Null where none was; then nothing was done.</summary>
    public static (string Ended, VerifierKey InForce)? Settle(InstallationSettings settings, TimeProvider clock)
    {
        var paths = settings.Paths;
        if (!File.Exists(paths.NextHeadKey) || !File.Exists(Path.Combine(paths.Ledger, "ledger.db")))
        {
            LogChange.Clear(paths.EndedLedgers);
            return null;
        }

        using var next = Read(paths.NextHeadKey, settings);
        using var first = Read(paths.HeadKey, settings);
        var (ended, inForce) = (first.VerifierKey.Name, next.VerifierKey);
        if (inForce.Name == ended)
        {
            return null; // the key of this log is being replaced
        }

        if (Names(paths.Ledger, inForce) is not { } isExchanged)
        {
            return null; // the change was given up before it was decided; the key waits for the next one
        }

        if (!isExchanged)
        {
            using var keys = PlaneKeys.TryLoad(settings, out var loaded, out var reason) ? loaded : throw new LedgerUnavailableException(reason);
            using var working = new WorkingKeys(clock.GetUtcNow());
            using var successors = new HeadSigner(Read(paths.NextHeadKey, settings));
            _ = LogChange.Finish(new LedgerOptions { Folder = paths.Ledger }, paths.EndedLedgers, KeysOf(keys.Heads, keys, working), KeysOf(successors, keys, working), clock);
        }

        // The key of the log that ended is not needed any more: its last head is published.
        File.Move(paths.NextHeadKey, paths.HeadKey, overwrite: true);
        LogChange.Clear(paths.EndedLedgers);
        return (ended, inForce);
    }

    /// <summary>Closes as orphaned what nobody reported, as the plane would. What a lease keeps open only a plane can end.</summary>
    private static async Task CloseAsync(Ledger ledger, TimeProvider clock, Action<long> waits, CancellationToken cancellation)
    {
        while (ledger.State is { Leases.IsEmpty: true, Open: { IsEmpty: false } open } && ledger.Failure is null)
        {
            foreach (var due in ledger.Sweep(clock.GetUtcNow()))
            {
                _ = await ledger.AppendAsync(Orphans.Close(due), cancellation);
            }

            waits(open.Count);
            await Task.Delay(LookEvery, clock, cancellation);
        }
    }

    /// <summary>Whether the ledger is the log of a key already (true), or ended and names it (false); null where neither.</summary>
    private static bool? Names(string folder, VerifierKey successor)
    {
        using var reader = LedgerReader.Open(folder);
        return reader.Origin == successor.Name ? true
            : reader.Size() is var size and >= 2 && reader.Entry(size - 2).Written.Statement is KeyRotationStatement rotation && rotation.New?.Vkey == successor.ToString() ? false
            : null;
    }

    private static LedgerKeys KeysOf(HeadSigner heads, PlaneKeys keys, WorkingKeys working)
        => new() { Heads = heads, Statements = working.Statements, Root = keys.RootSigner.PublicKey, Announce = place => working.Announce(place, keys) };

    private static NoteSigner Read(string path, InstallationSettings settings)
        => HeadKeyFile.TryRead(path, settings.Tenant, out var key, out var reason) ? key : throw new LedgerUnavailableException(reason);
}
