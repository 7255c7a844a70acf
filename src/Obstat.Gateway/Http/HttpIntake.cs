using System.Globalization;
using System.Text;

namespace Obstat.Gateway.Http;

/// <summary>
/// Takes the bytes of one connection and gives whole requests, understood to their last byte. Incremental: each byte is looked at a bounded number of times.
/// A head with a bare CR or LF, a chunk with an extension, a trailer, a length that is no plain number: refused, and nothing of it reaches the server behind.
/// </summary>
internal sealed class HttpIntake(FrontRules rules)
{
    private const int ChunkLineMax = 10;

    private byte[] _bytes = new byte[4096];
    private int _count;
    private int _looked;
    private int _headEnd;
    private int _end;
    private int _data;
    private bool _inLastChunk;
    private HttpHead? _head;

    /// <summary>How far the current request has come in.</summary>
    public IntakeState State { get; private set; } = IntakeState.Empty;

    /// <summary>The HTTP status of a refusal.</summary>
    public int Status { get; private set; } = 400;

    /// <summary>The head of the current request, from <see cref="IntakeState.Body"/> on.</summary>
    public HttpHead? Head => _head;

    /// <summary>What has come in so far and is not given out.</summary>
    public ReadOnlySpan<byte> Received => _bytes.AsSpan(0, _count);

    /// <summary>Bytes that came behind the complete request.</summary>
    public int Held => _count - _end;

    /// <summary>Takes more bytes. Behind a complete request they are held and not looked at.</summary>
    public void Take(ReadOnlySpan<byte> more)
    {
        if (_bytes.Length < _count + more.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + more.Length));
        }

        more.CopyTo(_bytes.AsSpan(_count));
        _count += more.Length;
        Look();
    }

    /// <summary>The bytes of the complete request as they go on: without <c>Expect</c>, which is answered here.</summary>
    public byte[] Request()
    {
        var request = _bytes.AsSpan(0, _end);
        if (!_head!.WantsContinue)
        {
            return request.ToArray();
        }

        var lines = Encoding.ASCII.GetString(request[.._headEnd]).Split("\r\n");
        var head = string.Join("\r\n", lines.Where(l => !l.StartsWith("expect:", StringComparison.OrdinalIgnoreCase)));
        return [.. Encoding.ASCII.GetBytes(head), .. request[_headEnd..]];
    }

    /// <summary>Lets go of the complete request and looks at what came behind it.</summary>
    public void Next()
    {
        _bytes.AsSpan(_end, _count - _end).CopyTo(_bytes);
        _bytes.AsSpan(_count - _end).Clear();
        _count -= _end;
        (_looked, _headEnd, _end, _data, _inLastChunk, _head, State) = (0, 0, 0, 0, false, null, IntakeState.Empty);
        Look();
    }

    private void Look()
    {
        if (State is IntakeState.Empty or IntakeState.Head)
        {
            LookAtHead();
        }

        if (State == IntakeState.Body)
        {
            LookAtBody();
        }
    }

    private void LookAtHead()
    {
        State = _count == 0 ? IntakeState.Empty : IntakeState.Head;
        for (; _looked < _count; _looked++)
        {
            var (one, before) = (_bytes[_looked], _looked == 0 ? (byte)0 : _bytes[_looked - 1]);
            if (_looked >= FrontRules.HeadBytesMax || one == 0 || (one == '\n') != (before == '\r'))
            {
                Refuse(400);
                return;
            }

            if (one == '\n' && _looked >= 3 && _bytes[_looked - 2] == '\n')
            {
                _headEnd = ++_looked;
                break;
            }
        }

        if (_headEnd == 0)
        {
            return;
        }

        if (HttpHead.TryRead(_bytes.AsSpan(0, _headEnd - 2), rules, out _head, out var status))
        {
            (State, _end) = (IntakeState.Body, _headEnd);
        }
        else
        {
            Refuse(status);
        }
    }

    private void LookAtBody()
    {
        if (!_head!.IsChunked)
        {
            _end = _headEnd + (int)(_head.ContentLength ?? 0);
            State = _count >= _end ? IntakeState.Complete : IntakeState.Body;
            return;
        }

        // _end stands at the beginning of the chunk that is not complete yet.
        while (State == IntakeState.Body)
        {
            var rest = _bytes.AsSpan(_end, _count - _end);
            if (_inLastChunk)
            {
                LookAtEnd(rest);
                return;
            }

            var line = rest[..Math.Min(rest.Length, ChunkLineMax)].IndexOf("\r\n"u8);
            if (line < 0)
            {
                if (rest.Length >= ChunkLineMax || (rest.Length > 0 && !IsSize(rest[..(rest[^1] == '\r' ? ^1 : ^0)], rest.Length > 1 || rest[0] != '\r')))
                {
                    Refuse(400);
                }

                return;
            }

            if (!IsSize(rest[..line], true) || !int.TryParse(Encoding.ASCII.GetString(rest[..line]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size) || size < 0)
            {
                Refuse(400);
                return;
            }

            if (!TakeChunk(rest, line + 2, size))
            {
                return;
            }
        }
    }

    private bool TakeChunk(ReadOnlySpan<byte> rest, int start, int size)
    {
        if (_data > rules.BodyBytesMax - size || _end - _headEnd - _data > FrontRules.ChunkOverheadMax)
        {
            Refuse(413);
            return false;
        }

        if (size == 0)
        {
            (_inLastChunk, _end) = (true, _end + start);
            return true;
        }

        if (rest.Length > start + size && (rest[start + size] != '\r' || (rest.Length > start + size + 1 && rest[start + size + 1] != '\n')))
        {
            Refuse(400);
            return false;
        }

        if (rest.Length < start + size + 2)
        {
            return false;
        }

        (_end, _data) = (_end + start + size + 2, _data + size);
        return true;
    }

    private void LookAtEnd(ReadOnlySpan<byte> rest)
    {
        if (!"\r\n"u8[..Math.Min(2, rest.Length)].SequenceEqual(rest[..Math.Min(2, rest.Length)]))
        {
            Refuse(400);
        }
        else if (rest.Length >= 2)
        {
            (_end, State) = (_end + 2, _data == 0 ? IntakeState.Refused : IntakeState.Complete);
        }
    }

    /// <summary>1 to 7 hex digits: at most 256 MiB, and the bound of a body is far below.</summary>
    private static bool IsSize(ReadOnlySpan<byte> text, bool complete)
        => text.Length <= 7 && (text.Length > 0 || !complete) && Encoding.ASCII.GetString(text).All(char.IsAsciiHexDigit);

    private void Refuse(int status) => (State, Status, _head) = (IntakeState.Refused, status, null);
}
