using Obstat.Proof;

namespace Obstat.Gateway.Sessions;

/// <summary>
/// What one upstream gave one principal to be brought back with the answers to its questions (<c>requestState</c>, 2026-07-28): kept by digest for 10 minutes, for the same
/// method, name and arguments, once. A state that is not here was not given by this upstream to this principal for this.
/// </summary>
internal sealed class OpenStates(TimeProvider clock)
{
    /// <summary>States at once, at most; the oldest give way.</summary>
    public const int Max = 256;

    /// <summary>How long a state may be brought back.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Method, Digest Wanted, Digest? State), (string Execution, long Given)> _open = [];

    /// <summary>The upstream gave it.</summary>
    /// <param name="method">Method of the request that it answered.</param>
    /// <param name="wanted">Digest of what was asked for: tool, prompt or resource, and arguments.</param>
    /// <param name="state">Digest of the state; null where the questions came without one.</param>
    /// <param name="execution">The first execution of the exchange.</param>
    public void Give(string method, Digest wanted, Digest? state, string execution)
    {
        lock (_gate)
        {
            foreach (var old in _open.Where(o => clock.GetElapsedTime(o.Value.Given) > Age).Select(o => o.Key).ToArray())
            {
                _ = _open.Remove(old);
            }

            if (_open.Count >= Max)
            {
                _ = _open.Remove(_open.MinBy(o => o.Value.Given).Key);
            }

            _open[(method, wanted, state)] = (execution, clock.GetTimestamp());
        }
    }

    /// <summary>Takes it back, once; null where it was not given for this, or too long ago.</summary>
    public string? Take(string method, Digest wanted, Digest? state)
    {
        lock (_gate)
        {
            return _open.Remove((method, wanted, state), out var given) && clock.GetElapsedTime(given.Given) <= Age ? given.Execution : null;
        }
    }
}
