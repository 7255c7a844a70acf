using System.Collections.Concurrent;
using System.Text;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.Doors;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Http;

/// <summary>
/// Who speaks revision 2026-07-28 over HTTP: one upstream for each principal and server, and never for two. The wire has no session; whose a bearer is, the plane says by
/// permitting its connection, and each request is decided by itself all the same.
/// </summary>
/// <param name="door">The way to decisions.</param>
/// <param name="clock">The clock.</param>
/// <param name="servers">A server by its registered name; null where there is none.</param>
internal sealed class ModernSessions(IDoor door, TimeProvider clock, Func<string, Served?> servers) : IAsyncDisposable
{
    /// <summary>Principals and bearers at once, at most.</summary>
    public const int Max = 1024;

    private readonly ConcurrentDictionary<(string Server, string Holder), Kept> _open = [];
    private readonly ConcurrentDictionary<(string Server, Digest Token), (Kept Kept, long Since)> _tokens = [];

    /// <summary>The caller's own session; null with the answer where it has none.</summary>
    /// <param name="server">Registered name.</param>
    /// <param name="caller">Who says he asks.</param>
    /// <param name="id">The id of his request.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<(Session? Session, Reply Refusal)> FindAsync(string server, Caller caller, JsonValue id, CancellationToken cancellation)
    {
        if (Known(server, caller) is { } known)
        {
            return (known, default);
        }

        var ruling = await door.AskAsync(caller, Session.Connecting(server, Revision.R20260728), cancellation);
        return await ruling.Match(admission => TakeAsync(server, caller, id, admission, ruling), refusal => Task.FromResult((default(Session), Reply.Refused(id, refusal, "server/discover", null))));
    }

    /// <summary>The session of a bearer that was proved a short while ago; null for any other.</summary>
    public Session? Known(string server, Caller caller)
    {
        if (!_tokens.TryGetValue((server, TokenOf(caller)), out var known) || clock.GetElapsedTime(known.Since) > HttpSession.TokenAge || known.Kept.HasEnded)
        {
            return null;
        }

        known.Kept.Touch(clock);
        return known.Kept.Session;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (key, kept) in _open)
        {
            await EndAsync(key, kept);
        }
    }

    private static Digest TokenOf(Caller caller) => Digest.Of(Encoding.UTF8.GetBytes(caller.Assertions[0].Value));

    private async Task<(Session? Session, Reply Refusal)> TakeAsync(string server, Caller caller, JsonValue id, Admission admission, Ruling ruling)
    {
        foreach (var (old, unused) in _open.Where(o => o.Value.Idle(clock) > HttpSessions.IdleMax))
        {
            await EndAsync(old, unused);
        }

        if (servers(server) is not ({ } parts, { } upstream))
        {
            // Taken out of the registration while it was asked for: the permit is for nothing, and ends unused as an orphan.
            return (null, Reply.Refused(id, new Denial(DenyReason.UnknownAction, admission.Entry), "server/discover", null));
        }

        var key = (server, Connected.HolderOf(admission));
        if (_open.Count >= Max && !_open.ContainsKey(key))
        {
            parts.Close(admission, new UpstreamAnswer(null, null, DenyReason.Late, null, 0, 0));
            return (null, Reply.Refused(id, new Denial(DenyReason.Late, admission.Entry), "server/discover", null));
        }

        var kept = _open.GetOrAdd(key, _ => new Kept(new Session(parts, upstream, static _ => ValueTask.CompletedTask)));
        kept.Touch(clock);
        await kept.Opening.WaitAsync();
        try
        {
            if (kept.Session.Connected is not null)
            {
                // Already open: the permit only said whose the bearer is.
                parts.Close(admission, new UpstreamAnswer(null, null, null, null, 0, 0));
            }
            else if (kept.HasEnded)
            {
                parts.Close(admission, new UpstreamAnswer(null, null, DenyReason.Late, null, 0, 0));
                return (null, Reply.Refused(id, new Denial(DenyReason.Late, admission.Entry), "server/discover", null));
            }
            else
            {
                // Others may wait for the same opening: it does not end with this client.
                var reply = await kept.Session.DiscoverAsync(admission, ruling.Visible, id, CancellationToken.None);
                if (kept.Session.Connected is null)
                {
                    await EndAsync(key, kept);
                    return (null, reply);
                }
            }
        }
        finally
        {
            _ = kept.Opening.Release();
        }

        if (_tokens.Count >= Max)
        {
            _tokens.Clear();
        }

        _tokens[(server, TokenOf(caller))] = (kept, clock.GetTimestamp());
        return (kept.Session, default);
    }

    private async Task EndAsync((string, string) key, Kept kept)
    {
        kept.HasEnded = true;
        _ = _open.TryRemove(KeyValuePair.Create(key, kept));
        await kept.Session.DisposeAsync();
    }

    private sealed class Kept(Session session)
    {
        private long _used;

        public Session Session => session;

        public SemaphoreSlim Opening { get; } = new(1);

        public bool HasEnded { get; set; }

        public void Touch(TimeProvider clock) => Interlocked.Exchange(ref _used, clock.GetTimestamp());

        public TimeSpan Idle(TimeProvider clock) => session.IsBusy ? TimeSpan.Zero : clock.GetElapsedTime(Interlocked.Read(ref _used));
    }
}
