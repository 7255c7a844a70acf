using Obstat.Core.Records;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Settings;
using Obstat.Storage;
using Obstat.Storage.Files;

namespace Obstat.Server.Ledgers;

/// <summary>
/// Begins a rotation of the head key while the plane is away. The new key is durable in its file before the entry that announces it can be: a crash in between leaves a key that the ledger does not know, which the next try
/// takes. From the entry on each head has both lines; the first start after the overlap ends the old key.
/// </summary>
internal static class HeadKeyChange
{
    /// <summary>Rotates. Throws <see cref="LedgerUnavailableException"/> where a key file, the ledger or another rotation stands in the way.</summary>
    public static async Task<(KeyRotationStatement Rotation, long Index)> RunAsync(InstallationSettings settings, TimeSpan overlap, TimeProvider clock, CancellationToken cancellation)
    {
        var paths = settings.Paths;
        if (!File.Exists(Path.Combine(paths.Ledger, "ledger.db")))
        {
            throw new LedgerUnavailableException($"{paths.Ledger}: expected a ledger");
        }

        if (!HeadKeyFile.TryRead(paths.HeadKey, settings.Tenant, out var first, out var reason))
        {
            throw new LedgerUnavailableException(reason);
        }

        var origin = first.VerifierKey.Name;
        first.Dispose();
        if (!File.Exists(paths.NextHeadKey))
        {
            DurableFile.Write(paths.NextHeadKey, HeadKeyFile.Generate(origin));
        }

        if (!HeadKeyFile.TryRead(paths.NextHeadKey, settings.Tenant, out var next, out reason))
        {
            throw new LedgerUnavailableException(reason);
        }

        if (next.VerifierKey.Name != origin)
        {
            next.Dispose();
            throw new LedgerUnavailableException($"the end of the log {origin} was begun: expected that to be finished before its head key is replaced");
        }

        using (next)
        using (var keys = PlaneKeys.TryLoad(settings, out var loaded, out reason) ? loaded : throw new LedgerUnavailableException(reason))
        using (var working = new WorkingKeys(clock.GetUtcNow()))
        using (var ledger = Ledger.Open(
            new LedgerOptions { Folder = paths.Ledger },
            new LedgerKeys { Heads = keys.Heads, Statements = working.Statements, Root = keys.RootSigner.PublicKey, Announce = place => working.Announce(place, keys) },
            clock))
        {
            if (ledger.State.HeadKeys?.OverlapUntil is { } until)
            {
                throw new LedgerUnavailableException($"the head key {ledger.State.HeadKeys.InForce[0]} goes on until {until}: expected the end of that overlap before another rotation");
            }

            PlaneKeys.Settle(paths, ledger.State.HeadKeys, keys.Heads);
            if (ledger.State.HeadKeys?.Newest.Equals(next.VerifierKey) == true)
            {
                throw new LedgerUnavailableException("the rotation before came to its end with this start: the next one can begin now");
            }

            var result = await ledger.AppendAsync(HeadRotation.Begin(next, overlap), cancellation);
            return result.Match(
                entry => ((KeyRotationStatement)entry.Written.Statement, entry.Index.Value),
                refused => throw new LedgerUnavailableException($"the rotation was refused: {refused.ToCode()}"));
        }
    }
}
