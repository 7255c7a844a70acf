using System.Collections.Concurrent;

namespace Obstat.Server.Faces;

/// <summary>Counts logins that failed, by address: five in a minute, then none more until the minute is over. Safe for concurrent use.</summary>
internal sealed class Attempts(TimeProvider clock)
{
    private const int FailuresMax = 5;
    private const int AddressesMax = 1_024;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Since, int Count)> _failures = new(StringComparer.Ordinal);

    /// <summary>Whether an address must wait.</summary>
    public bool IsTooMany(string address) => _failures.TryGetValue(address, out var failures) && clock.GetUtcNow() - failures.Since < Window && failures.Count >= FailuresMax;

    /// <summary>A login failed.</summary>
    public void Failed(string address)
    {
        var now = clock.GetUtcNow();
        if (_failures.Count >= AddressesMax)
        {
            foreach (var (old, failures) in _failures)
            {
                _ = now - failures.Since >= Window && _failures.TryRemove(old, out _);
            }
        }

        _ = _failures.AddOrUpdate(address, (now, 1), (_, was) => now - was.Since >= Window ? (now, 1) : (was.Since, was.Count + 1));
    }
}
