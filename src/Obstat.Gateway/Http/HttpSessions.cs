using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Obstat.Gateway.Sessions;
using Obstat.Proof.Encodings;

namespace Obstat.Gateway.Http;

/// <summary>The sessions over HTTP of this process. Ids are ours, random, and never given to an upstream.</summary>
internal sealed class HttpSessions(TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Sessions at once, at most.</summary>
    public const int Max = 1024;

    /// <summary>How long a session lives without use.</summary>
    public static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, HttpSession> _open = new(StringComparer.Ordinal);

    /// <summary>A session that is not in the table yet; null when there are too many.</summary>
    public async Task<HttpSession?> MakeAsync(string server, Func<Func<byte[], ValueTask>, Session> make)
    {
        foreach (var old in _open.Values.Where(s => s.Idle > IdleMax))
        {
            await EndAsync(old);
        }

        return _open.Count >= Max ? null : new HttpSession(Base64Url.Encode(RandomNumberGenerator.GetBytes(16)), server, make, clock);
    }

    /// <summary>The plane permitted the connection and the upstream answered.</summary>
    public void Keep(HttpSession session) => _ = _open.TryAdd(session.Id, session);

    /// <summary>The session of that id on that server.</summary>
    public bool TryFind(string id, string server, [NotNullWhen(true)] out HttpSession? session)
    {
        session = _open.TryGetValue(id, out var found) && found.Server == server && found.Idle <= IdleMax ? found : null;
        session?.Touch();
        return session is not null;
    }

    /// <summary>Ends a session and its upstream.</summary>
    public async Task EndAsync(HttpSession session)
    {
        _ = _open.TryRemove(session.Id, out _);
        await session.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _open.Values)
        {
            await EndAsync(session);
        }
    }
}
