using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Leases;
using Obstat.Storage.Files;

namespace Obstat.Server.Leases;

/// <summary>
/// The halts in force, in memory and in the spool, and the newest that are over. Safe for concurrent use: who changes them holds the lock, who reads sees them as they were at one moment.
/// </summary>
internal sealed class StandingHalts : IDisposable
{
    private const int LiftedMax = 64;

    private readonly Lock _lock = new();
    private readonly StopSpool? _spool;
    private ImmutableDictionary<string, StandingHalt> _halts = ImmutableDictionary.Create<string, StandingHalt>(StringComparer.Ordinal);
    private ImmutableHashSet<Scope> _scopes = [];
    private ImmutableArray<StandingHalt> _lifted;

    private StandingHalts(StopSpool? spool, ImmutableArray<StandingHalt> halts)
    {
        (_spool, _lifted) = (spool, [.. halts.Where(h => h.IsLifted)]);
        foreach (var halt in halts.Where(h => !h.IsLifted))
        {
            Stand(halt);
        }
    }

    /// <summary>Reads the spool.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="read">What it holds, in its order: those in force, and the newest that are over.</param>
    /// <param name="isWhole">False where it, or a part of it, cannot be read.</param>
    public static StandingHalts Open(string path, out ImmutableArray<StandingHalt> read, out bool isWhole)
    {
        StopSpool? spool = null;
        IReadOnlyList<byte[]>? texts = null;
        try
        {
            spool = StopSpool.Open(path, out texts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As one that cannot be read.
        }

        var halts = ImmutableArray.CreateBuilder<StandingHalt>();
        isWhole = texts is not null;
        foreach (var text in texts ?? [])
        {
            if (StandingHalt.TryRead(text, out var halt))
            {
                halts.Add(halt);
            }
            else
            {
                isWhole = false;
            }
        }

        read = halts.ToImmutable();
        return new(spool, read);
    }

    /// <summary>Those in force.</summary>
    public IEnumerable<StandingHalt> All => _halts.Values;

    public bool TryGet(string id, [NotNullWhen(true)] out StandingHalt? halt) => _halts.TryGetValue(id, out halt);

    /// <summary>Whether a halt of that id stands or stood.</summary>
    public bool Knew(string id) => _halts.ContainsKey(id) || _lifted.Any(h => h.Id == id);

    /// <summary>Whether a halt of this scope itself stands.</summary>
    public bool Holds(Scope scope) => _scopes.Contains(scope);

    /// <summary>From now on it is in force.</summary>
    public void Stand(StandingHalt halt)
    {
        lock (_lock)
        {
            _halts = _halts.SetItem(halt.Id, halt);
            _scopes = _scopes.Add(halt.Scope);
        }
    }

    /// <summary>Writes it into the spool. False: it cannot be remembered.</summary>
    public bool TrySpool(StandingHalt halt)
    {
        lock (_lock)
        {
            try
            {
                _spool?.Add(halt.ToBytes());
                return _spool is not null;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>It is over.</summary>
    public void Fall(StandingHalt halt)
    {
        lock (_lock)
        {
            _halts = _halts.Remove(halt.Id);
            _scopes = [.. _halts.Values.Select(h => h.Scope)];
            // A point that was away when it was lifted is told by the next start too.
            _lifted = [.. _lifted.TakeLast(LiftedMax - 1), halt with { IsLifted = true }];
            try
            {
                _spool?.Replace([.. _halts.Values.Concat(_lifted).Select(h => h.ToBytes())]);
            }
            catch (IOException)
            {
                // The lift is in the ledger; a start that reads the spool halts again, and is lifted again.
            }
        }
    }

    public void Dispose() => _spool?.Dispose();
}
