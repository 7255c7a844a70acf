using System.Collections.Immutable;
using Obstat.Enforcement;
using Obstat.Gateway.Methods;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>Requests of one client that are not answered yet. Client ids never leave this table towards the upstream; upstream ids are ours.</summary>
internal sealed class InFlight
{
    /// <summary>Requests of one client at once, at most.</summary>
    public const int Max = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _byClientId = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Entry> _byOurs = [];
    private long _last;

    /// <summary>Requests that are not answered yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byOurs.Count;
            }
        }
    }

    /// <summary>Takes a request in. Refused (null): its id is in use, or too many are in flight.</summary>
    /// <param name="id">The client's id.</param>
    /// <param name="meta">What the request says of itself.</param>
    /// <param name="tell">Where messages about this request go.</param>
    /// <param name="isAlone">Whether the id belongs to its exchange alone, so that another exchange may use the same one (HTTP of 2026-07-28).</param>
    /// <param name="full">Whether the reason is the number.</param>
    public Entry? Begin(JsonValue id, RequestMeta meta, Func<byte[], ValueTask> tell, bool isAlone, out bool full)
    {
        lock (_gate)
        {
            full = _byOurs.Count >= Max;
            var entry = new Entry(this, id, meta, tell, ++_last);
            if (full || (!isAlone && !_byClientId.TryAdd(id.ToString(), entry)))
            {
                return null;
            }

            _byOurs.Add(entry.Ours, entry);
            return entry;
        }
    }

    /// <summary>The one request in flight that runs under an admission; null where there are none or several.</summary>
    public Entry? Only()
    {
        lock (_gate)
        {
            var running = _byOurs.Values.Where(e => e.Admission is not null).Take(2).ToArray();
            return running.Length == 1 ? running[0] : null;
        }
    }

    /// <summary>Whether some request in flight wants to be told what the server logs.</summary>
    public bool WantsLog()
    {
        lock (_gate)
        {
            return _byOurs.Values.Any(e => e.Meta.LogLevel is not null);
        }
    }

    /// <summary>A fresh id for a request of our own.</summary>
    public long Next()
    {
        lock (_gate)
        {
            return ++_last;
        }
    }

    /// <summary>The request of that client id; null where the client has none.</summary>
    public Entry? Find(JsonValue clientId)
    {
        lock (_gate)
        {
            return _byClientId.GetValueOrDefault(clientId.ToString());
        }
    }

    /// <summary>The request of that id of ours; null where it is answered or never was.</summary>
    public Entry? Find(long ours)
    {
        lock (_gate)
        {
            return _byOurs.GetValueOrDefault(ours);
        }
    }

    private void End(Entry entry)
    {
        lock (_gate)
        {
            if (_byClientId.TryGetValue(entry.Id.ToString(), out var known) && known == entry)
            {
                _ = _byClientId.Remove(entry.Id.ToString());
            }

            _ = _byOurs.Remove(entry.Ours);
        }
    }

    /// <summary>One request in flight.</summary>
    internal sealed class Entry(InFlight table, JsonValue id, RequestMeta meta, Func<byte[], ValueTask> tell, long ours) : IDisposable
    {
        /// <summary>The client's id, verbatim.</summary>
        public JsonValue Id => id;

        /// <summary>What the request says of itself.</summary>
        public RequestMeta Meta => meta;

        /// <summary>What it follows; null where it follows nothing.</summary>
        public SubscriptionFilter? Filter { get; set; }

        /// <summary>Our id towards the upstream, and our progress token.</summary>
        public long Ours => ours;

        /// <summary>Who asks; set with the admission.</summary>
        public Caller? Caller { get; set; }

        /// <summary>Leave for the execution; null before it is given.</summary>
        public Admission? Admission { get; set; }

        /// <summary>Under which it follows; each is asked again before each event.</summary>
        public ImmutableArray<Admission> Permits { get; set; } = [];

        /// <summary>Whether the server has said what it lets follow: nothing is told before that, and it is told once.</summary>
        public bool IsAcknowledged { get; set; }

        /// <summary>Falls when the client no longer wants the answer.</summary>
        public CancellationTokenSource Cancelled { get; } = new();

        /// <summary>Sends the client a message about this request.</summary>
        public ValueTask TellAsync(byte[] message) => tell(message);

        /// <summary>The request is answered.</summary>
        public void Dispose()
        {
            table.End(this);
            Cancelled.Dispose();
        }
    }
}
