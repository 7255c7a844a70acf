using System.Globalization;
using System.Runtime.CompilerServices;

namespace Obstat.Gateway.Http;

/// <summary>One event stream of a session (2025-11-25): numbered events, the last of which are kept, so that the session's own client can go on where a connection broke. Safe for concurrent use.</summary>
/// <param name="name">Number of the stream in its session; 0 is the one of what belongs to no request.</param>
internal sealed class EventStream(int name)
{
    /// <summary>Events that are kept, at most.</summary>
    public const int EventsMax = 256;

    /// <summary>Bytes that are kept, at most, beside the last event: 1 MiB.</summary>
    public const int BytesMax = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<(long Number, byte[] Message)> _kept = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private long _given;
    private long _bytes;
    private bool _ended;

    /// <summary>Number of the stream in its session.</summary>
    public int Name => name;

    /// <summary>Whether its last event is there.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    /// <summary>The last number that was written to a client.</summary>
    public long Given => Interlocked.Read(ref _given);

    /// <summary>The id of an event on the wire.</summary>
    public string IdOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");

    /// <summary>Reads the id of an event: stream and number.</summary>
    public static bool TryReadId(string id, out int stream, out long number)
    {
        (stream, number) = (0, 0);
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && id.Length <= 32 && int.TryParse(id.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out stream)
            && long.TryParse(id.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Adds an event; gives its number.</summary>
    public long Append(byte[] message)
    {
        lock (_gate)
        {
            _kept.Enqueue((++_last, message));
            _bytes += message.Length;
            while (_kept.Count > EventsMax || (_bytes > BytesMax && _kept.Count > 1))
            {
                _bytes -= _kept.Dequeue().Message.Length;
            }

            Signal();
            return _last;
        }
    }

    /// <summary>Nothing follows.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Signal();
        }
    }

    /// <summary>An event was written to a client.</summary>
    public void Give(long number) => Interlocked.Exchange(ref _given, Math.Max(number, Given));

    /// <summary>The events behind a number, then each as it comes, until the end.</summary>
    public async IAsyncEnumerable<(long Number, byte[] Message)> ReadAsync(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            (long Number, byte[] Message)[] found;
            Task more;
            bool ended;
            lock (_gate)
            {
                (found, more, ended) = ([.. _kept.Where(e => e.Number > after)], _more.Task, _ended);
            }

            foreach (var one in found)
            {
                after = one.Number;
                yield return one;
            }

            if (ended && found.Length == 0)
            {
                yield break;
            }

            await (found.Length > 0 ? Task.CompletedTask : more.WaitAsync(cancellation));
        }
    }

    private void Signal()
    {
        _ = _more.TrySetResult();
        _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
