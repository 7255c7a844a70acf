using System.Collections.Concurrent;

namespace Obstat.Gateway.Local;

/// <summary>
/// Local connections whose run token can be renewed, by the handle that each gave itself: a run token lives for an hour at most, a conversation may take longer. A renewed token decides nothing
/// here: each ask is judged by it, and a permit for somebody else than the connection's holder runs nothing. Safe for concurrent use.
/// </summary>
internal sealed class LocalHolders
{
    private readonly ConcurrentDictionary<string, LocalHolder> _open = new(StringComparer.Ordinal);

    /// <summary>A connection begins; false where its handle is in use.</summary>
    public bool TryBegin(string handle, LocalHolder holder) => _open.TryAdd(handle, holder);

    /// <summary>A connection is over.</summary>
    public void End(string handle) => _ = _open.TryRemove(handle, out _);

    /// <summary>Renews the token of an open connection; false where there is none of that handle.</summary>
    public bool TryRenew(string handle, string token)
    {
        if (!_open.TryGetValue(handle, out var holder))
        {
            return false;
        }

        holder.Renew(token);
        return true;
    }
}
