using Obstat.Enforcement;
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

    /// <summary>Takes a request in. Refused (null): its id is in use, or too many are in flight.</summary>
    /// <param name="id">The client's id.</param>
    /// <param name="progressToken">The client's progress token, or null.</param>
    /// <param name="tell">Where messages about this request go.</param>
    /// <param name="full">Whether the reason is the number.</param>
    public Entry? Begin(JsonValue id, JsonValue? progressToken, Func<byte[], ValueTask> tell, out bool full)
    {
        lock (_gate)
        {
            full = _byClientId.Count >= Max;
            var entry = new Entry(this, id, progressToken, tell, ++_last);
            if (full || !_byClientId.TryAdd(id.ToString(), entry))
            {
                return null;
            }

            _byOurs.Add(entry.Ours, entry);
            return entry;
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
            _ = _byClientId.Remove(entry.Id.ToString());
            _ = _byOurs.Remove(entry.Ours);
        }
    }

    /// <summary>One request in flight.</summary>
    internal sealed class Entry(InFlight table, JsonValue id, JsonValue? progressToken, Func<byte[], ValueTask> tell, long ours) : IDisposable
    {
        /// <summary>The client's id, verbatim.</summary>
        public JsonValue Id => id;

        /// <summary>The client's progress token; null where it wants no progress.</summary>
        public JsonValue? ProgressToken => progressToken;

        /// <summary>Our id towards the upstream, and our progress token.</summary>
        public long Ours => ours;

        /// <summary>Leave for the execution; null before it is given.</summary>
        public Admission? Admission { get; set; }

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
