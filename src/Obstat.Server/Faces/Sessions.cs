using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Obstat.Console.Api;
using Obstat.Proof;
using Obstat.Proof.Encodings;

namespace Obstat.Server.Faces;

/// <summary>
/// Who may read. A session begins with a one-time link that somebody made at the plane's own socket, and with nothing else: there is no password. Secrets are 256 random bits and are kept by their digest.
/// In memory: a restart of the plane ends them all, but for those of a demo, whose plane is killed on purpose. Safe for concurrent use.
/// </summary>
internal sealed class Sessions(TimeProvider clock, DemoSessions? demo = null)
{
    /// <summary>How long a link is good.</summary>
    public static readonly TimeSpan LinkLife = TimeSpan.FromMinutes(5);

    private const int SessionsMax = 256;
    private const int LinksMax = 64;
    private const int SecretLength = 32;

    private readonly ConcurrentDictionary<Digest, Session> _sessions = new(demo?.Read() ?? []);
    private readonly ConcurrentDictionary<Digest, (string Name, Role Role, DateTimeOffset Until)> _links = new();

    /// <summary>Makes a link's token, with its end; null while too many are open.</summary>
    public (string Token, DateTimeOffset Until)? Link(string name, Role role)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, link) in _links)
        {
            _ = now >= link.Until && _links.TryRemove(old, out _);
        }

        if (_links.Count >= LinksMax || role == Role.None)
        {
            return null;
        }

        var token = Secret();
        _links[Key(token)] = (name, role, now + LinkLife);
        return (token, now + LinkLife);
    }

    /// <summary>Trades a link's token for a session, once. False for a token that is unknown, used or too old, and while too many sessions are open.</summary>
    public bool TryBegin(string token, [NotNullWhen(true)] out string? secret, [NotNullWhen(true)] out Session? session)
    {
        (secret, session) = (null, null);
        var now = clock.GetUtcNow();
        if (!_links.TryRemove(Key(token), out var link) || now >= link.Until)
        {
            return false;
        }

        foreach (var (old, other) in _sessions)
        {
            _ = other.IsOver(now) && _sessions.TryRemove(old, out _);
        }

        if (_sessions.Count >= SessionsMax)
        {
            return false;
        }

        (secret, session) = (Secret(), new Session(link.Name, link.Role, now));
        _sessions[Key(secret)] = session;
        demo?.Add(Key(secret), session);
        return true;
    }

    /// <summary>The session of a secret; null where there is none or it is over.</summary>
    public Session? Find(string? secret)
    {
        var now = clock.GetUtcNow();
        if (secret is null || !_sessions.TryGetValue(Key(secret), out var session) || session.IsOver(now))
        {
            return null;
        }

        session.Asked(now);
        return session;
    }

    /// <summary>Ends the session of a secret.</summary>
    public void End(string secret)
    {
        if (_sessions.TryRemove(Key(secret), out var session))
        {
            session.Stop();
        }
    }

    private static string Secret() => Base64Url.Encode(RandomNumberGenerator.GetBytes(SecretLength));

    private static Digest Key(string secret) => Digest.Of(Encoding.UTF8.GetBytes(secret));
}
