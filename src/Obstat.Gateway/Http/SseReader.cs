using System.Buffers;
using System.Text;

namespace Obstat.Gateway.Http;

/// <summary>Reads an event stream of an upstream, event by event. A line or an event over the bound, or a field that is not known, ends the stream.</summary>
internal sealed class SseReader(Stream stream, int eventBytesMax)
{
    private readonly byte[] _buffer = new byte[8192];
    private readonly ArrayBufferWriter<byte> _begun = new(256);
    private readonly ArrayBufferWriter<byte> _data = new(256);
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
        while (true)
        {
            if (Next() is { } complete)
            {
                return complete;
            }

            if (WasBroken)
            {
                return null;
            }

            (_at, _count) = (0, await stream.ReadAsync(_buffer, cancellation));
            Bytes += _count;
            if (_count == 0)
            {
                return null;
            }
        }
    }

    /// <summary>The next event of what was read; null where its end has not come, and where the stream is broken.</summary>
    private SseEvent? Next()
    {
        while (!WasBroken && _at < _count)
        {
            var rest = _buffer.AsSpan(_at, _count - _at);
            var isSecond = _afterReturn && rest[0] == '\n';
            _afterReturn = false;
            if (isSecond)
            {
                _at++;
                continue;
            }

            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                _begun.Write(rest);
                (_at, WasBroken) = (_count, _begun.WrittenCount > eventBytesMax);
                return null;
            }

            _at += end + 1;
            _afterReturn = rest[end] == '\r';
            if (Take(rest[..end]) is { } complete)
            {
                return complete;
            }
        }

        return null;
    }

    /// <summary>Takes the rest of a line, whose beginning may have come with an earlier read.</summary>
    private SseEvent? Take(ReadOnlySpan<byte> line)
    {
        if (_begun.WrittenCount > 0)
        {
            _begun.Write(line);
            line = _begun.WrittenSpan;
        }

        WasBroken |= line.Length > eventBytesMax;
        var complete = line.IsEmpty ? Dispatch() : null;
        if (!WasBroken && !line.IsEmpty)
        {
            TakeField(line);
        }

        _begun.ResetWrittenCount();
        return complete;
    }

    private void TakeField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? [] : line[(colon + 1)..];
        value = value is [(byte)' ', ..] ? value[1..] : value;
        if (name.SequenceEqual("data"u8))
        {
            if (_hasData)
            {
                _data.Write("\n"u8);
            }

            _hasData = true;
            _data.Write(value);
            WasBroken |= _data.WrittenCount > eventBytesMax;
        }
        else if (name.SequenceEqual("event"u8))
        {
            _name = Encoding.UTF8.GetString(value);
        }
        else
        {
            WasBroken |= !(name.IsEmpty || name.SequenceEqual("id"u8) || name.SequenceEqual("retry"u8));
        }
    }

    private SseEvent? Dispatch()
    {
        var complete = _data.WrittenCount > 0 ? new SseEvent(_name, _data.WrittenSpan.ToArray()) : (SseEvent?)null;
        (_name, _hasData) = ("message", false);
        _data.ResetWrittenCount();
        return complete;
    }
}
