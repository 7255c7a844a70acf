using System.Text;

namespace Obstat.Gateway.Http;

/// <summary>Reads an event stream of an upstream, event by event. A line or an event over the bound, or a field that is not known, ends the stream.</summary>
internal sealed class SseReader(Stream stream, int eventBytesMax)
{
    private readonly byte[] _buffer = new byte[8192];
    private readonly List<byte> _line = [];
    private readonly List<byte> _data = [];
    private string _name = "message";
    private bool _hasData;
    private bool _afterReturn;
    private int _at;
    private int _count;

    /// <summary>Whether reading ended because the stream was not one.</summary>
    public bool WasBroken { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>The next event; null at the end, and where the stream is broken. Events without data are passed over, as browsers do.</summary>
    public async ValueTask<SseEvent?> ReadAsync(CancellationToken cancellation)
    {
        while (!WasBroken)
        {
            if (_at == _count)
            {
                (_at, _count) = (0, await stream.ReadAsync(_buffer, cancellation));
                Bytes += _count;
                if (_count == 0)
                {
                    return null;
                }
            }

            if (Take(_buffer[_at++]) is { } complete)
            {
                return complete;
            }
        }

        return null;
    }

    private SseEvent? Take(byte one)
    {
        var isSecond = _afterReturn && one == '\n';
        _afterReturn = one == '\r';
        if (isSecond)
        {
            return null;
        }

        if (one is not ((byte)'\r' or (byte)'\n'))
        {
            _line.Add(one);
            WasBroken |= _line.Count > eventBytesMax;
            return null;
        }

        var line = _line.ToArray();
        _line.Clear();
        return line.Length == 0 ? Dispatch() : TakeLine(line);
    }

    private SseEvent? TakeLine(byte[] line)
    {
        var colon = Array.IndexOf(line, (byte)':');
        var name = Encoding.UTF8.GetString(colon < 0 ? line : line[..colon]);
        var value = colon < 0 ? [] : line[(colon + 1)..];
        value = value is [(byte)' ', ..] ? value[1..] : value;
        switch (name)
        {
            case "":
            case "id":
            case "retry":
                break;
            case "event":
                _name = Encoding.UTF8.GetString(value);
                break;
            case "data":
                if (_hasData)
                {
                    _data.Add((byte)'\n');
                }

                _hasData = true;
                _data.AddRange(value);
                WasBroken |= _data.Count > eventBytesMax;
                break;
            default:
                WasBroken = true;
                break;
        }

        return null;
    }

    private SseEvent? Dispatch()
    {
        var complete = _data.Count > 0 ? new SseEvent(_name, [.. _data]) : (SseEvent?)null;
        (_name, _hasData) = ("message", false);
        _data.Clear();
        return complete;
    }
}
