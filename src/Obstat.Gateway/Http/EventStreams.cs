using System.Diagnostics.CodeAnalysis;

namespace Obstat.Gateway.Http;

/// <summary>The event streams of one session: the one of what belongs to no request, and those of its requests.</summary>
internal sealed class EventStreams
{
    /// <summary>Streams of requests that are kept, at most; those that ended first give way.</summary>
    public const int Max = 32;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<int, EventStream> _open = new() { [0] = new EventStream(0) };
    private int _last;

    /// <summary>The stream of what belongs to no request.</summary>
    public EventStream Own
    {
        get
        {
            lock (_gate)
            {
                return _open[0];
            }
        }
    }

    /// <summary>A stream for the answer to one request.</summary>
    public EventStream Begin()
    {
        lock (_gate)
        {
            if (_open.Count > Max)
            {
                var old = _open.Values.Skip(1).FirstOrDefault(s => s.HasEnded) ?? _open.Values.ElementAt(1);
                _ = _open.Remove(old.Name);
            }

            var stream = new EventStream(++_last);
            _open.Add(stream.Name, stream);
            return stream;
        }
    }

    /// <summary>The stream of an event's id, and the number behind which to go on.</summary>
    public bool TryFind(string eventId, [NotNullWhen(true)] out EventStream? stream, out long after)
    {
        stream = null;
        if (EventStream.TryReadId(eventId, out var name, out after))
        {
            lock (_gate)
            {
                _ = _open.TryGetValue(name, out stream);
            }
        }

        return stream is not null;
    }
}
