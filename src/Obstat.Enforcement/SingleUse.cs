namespace Obstat.Enforcement;

/// <summary>
/// What was used in this boot: at most once, without a disk write, because a permit of an earlier boot is refused by its boot id. Keyed by the id of a token, never by its bytes,
/// which can be changed without breaking the signature. Safe for concurrent use.
/// </summary>
public sealed class SingleUse
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ends = new();
    private readonly int _max;

    /// <summary>Nothing used yet.</summary>
    /// <param name="max">How many ids are remembered; when they are all in their time, everything is refused.</param>
    public SingleUse(int max = 65_536) => _max = max;

    /// <summary>Uses an id. False when it was used before, or when no more can be remembered.</summary>
    /// <param name="id">The id.</param>
    /// <param name="until">Seconds since 1970 until which it must be remembered.</param>
    /// <param name="now">Seconds since 1970.</param>
    public bool TryConsume(string id, long until, long now)
    {
        lock (_lock)
        {
            while (_ends.TryPeek(out var old, out var end) && end < now)
            {
                _ = _ends.Dequeue();
                _ = _used.Remove(old);
            }

            if (_used.Count >= _max || !_used.Add(id))
            {
                return false;
            }

            _ends.Enqueue(id, until);
            return true;
        }
    }
}
