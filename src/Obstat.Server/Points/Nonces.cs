using System.Collections.Concurrent;
using System.Security.Cryptography;
using Obstat.Proof.Encodings;

namespace Obstat.Server.Points;

/// <summary>Nonces that were given out, each good once and for 60 s. Safe for concurrent use.</summary>
internal sealed class Nonces(TimeProvider clock)
{
    /// <summary>How long one is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    private const int OpenMax = 1024;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _open = new(StringComparer.Ordinal);

    /// <summary>A new one; null while too many are open.</summary>
    public string? Give()
    {
        var now = clock.GetUtcNow();
        foreach (var (old, until) in _open)
        {
            _ = now >= until && _open.TryRemove(old, out _);
        }

        if (_open.Count >= OpenMax)
        {
            return null;
        }

        var nonce = Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
        _open[nonce] = now + Life;
        return nonce;
    }

    /// <summary>Whether it was given out, is still good, and was not taken before.</summary>
    public bool Take(string nonce) => _open.TryRemove(nonce, out var until) && clock.GetUtcNow() < until;
}
