using System.Collections.Concurrent;
using Obstat.Gateway.Sessions;
using Obstat.Proof;

namespace Obstat.Gateway.Http;

/// <summary>One session over HTTP: our own id, the session behind it, and the stream of what belongs to no request. It serves the holder for whom it was opened, on one server.</summary>
internal sealed class HttpSession(string id, string server, Func<Func<byte[], ValueTask>, Session> make, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>Tokens of one holder that were proved on this session, at most.</summary>
    public const int TokensMax = 16;

    /// <summary>How long a proved token is taken for messages that are not asked for one by one.</summary>
    public static readonly TimeSpan TokenAge = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Digest, long> _tokens = [];
    private Session? _session;
    private int _streams;
    private long _used = clock.GetTimestamp();

    /// <summary>128 random bits.</summary>
    public string Id => id;

    /// <summary>Registered name of the server.</summary>
    public string Server => server;

    /// <summary>The session behind it.</summary>
    public Session Session => _session ??= make(message =>
    {
        _ = Streams.Own.Append(message);
        return ValueTask.CompletedTask;
    });

    /// <summary>Its event streams.</summary>
    public EventStreams Streams { get; } = new();

    /// <summary>Falls when the session ends.</summary>
    public CancellationTokenSource Ended { get; } = new();

    /// <summary>How long nobody used it.</summary>
    public TimeSpan Idle => Volatile.Read(ref _streams) > 0 ? TimeSpan.Zero : clock.GetElapsedTime(Volatile.Read(ref _used));

    /// <summary>Somebody uses it.</summary>
    public void Touch() => Volatile.Write(ref _used, clock.GetTimestamp());

    /// <summary>Whether this token was proved to be the holder's a short while ago.</summary>
    public bool Knows(Digest token) => _tokens.TryGetValue(token, out var since) && clock.GetElapsedTime(since) < TokenAge;

    /// <summary>The plane said that this token is the holder's.</summary>
    public void Learn(Digest token)
    {
        if (_tokens.Count >= TokensMax)
        {
            _tokens.Clear();
        }

        _tokens[token] = clock.GetTimestamp();
    }

    /// <summary>Takes the one stream of this session; false where another has it.</summary>
    public bool TryTakeStream() => Interlocked.CompareExchange(ref _streams, 1, 0) == 0;

    /// <summary>Gives the stream back.</summary>
    public void ReleaseStream()
    {
        Volatile.Write(ref _streams, 0);
        Touch();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Ended.CancelAsync();
        if (_session is { } session)
        {
            await session.DisposeAsync();
        }
    }
}
