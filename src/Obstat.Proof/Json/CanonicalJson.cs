using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Obstat.Proof.Json;

/// <summary>The canonical form of JSON: RFC 8785 (JCS). One value, one byte string.</summary>
public static class CanonicalJson
{
    private const int KeptMax = 1 << 20; // a larger buffer is not kept for the next value

    [ThreadStatic]
    [SuppressMessage("Minor Code Smell", "S2696", Justification = "One buffer a thread, used again by the next value.")]
    private static Buffer? t_buffer;

    /// <summary>The canonical bytes of a value.</summary>
    public static byte[] Write(JsonValue value)
    {
        var buffer = Take();
        Write(value, buffer);
        var bytes = buffer.Written.ToArray();
        Give(buffer);
        return bytes;
    }

    /// <summary>SHA-256 of the canonical bytes of a value.</summary>
    internal static Digest DigestOf(JsonValue value)
    {
        var buffer = Take();
        Write(value, buffer);
        var digest = Digest.Of(buffer.Written);
        Give(buffer);
        return digest;
    }

    /// <summary>Whether these are the canonical bytes of a value.</summary>
    internal static bool Is(JsonValue value, ReadOnlySpan<byte> bytes)
    {
        var buffer = Take();
        Write(value, buffer);
        var same = buffer.Written.SequenceEqual(bytes);
        Give(buffer);
        return same;
    }

    private static Buffer Take()
    {
        var buffer = t_buffer ?? new Buffer();
        t_buffer = null; // whoever throws on the way loses it, and the next value makes another
        return buffer;
    }

    private static void Give(Buffer buffer)
    {
        buffer.Clear();
        t_buffer = buffer.Capacity <= KeptMax ? buffer : null;
    }

    private static void Write(JsonValue value, Buffer output)
    {
        switch (value.Kind)
        {
            case JsonKind.Null:
                output.Add("null"u8);
                break;
            case JsonKind.Boolean:
                output.Add(value.AsBoolean == true ? "true"u8 : "false"u8);
                break;
            case JsonKind.Number when value.AsInteger is { } integer:
                output.Add(integer);
                break;
            case JsonKind.Number:
                output.Add(Es6Number.Format(value.AsNumber!.Value));
                break;
            case JsonKind.String:
                WriteString(value.AsString!, output);
                break;
            case JsonKind.Array:
                WriteArray(value, output);
                break;
            case JsonKind.Object:
                WriteObject(value, output);
                break;
            default:
                throw new ArgumentException("there is no JSON value to write", nameof(value));
        }
    }

    private static void WriteArray(JsonValue value, Buffer output)
    {
        output.Add((byte)'[');
        var items = value.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (i > 0)
            {
                output.Add((byte)',');
            }

            Write(items[i], output);
        }

        output.Add((byte)']');
    }

    private static void WriteObject(JsonValue value, Buffer output)
    {
        output.Add((byte)'{');
        var members = value.Members;
        for (var i = 0; i < members.Length; i++)
        {
            if (i > 0)
            {
                output.Add((byte)',');
            }

            WriteString(members[i].Name, output);
            output.Add((byte)':');
            Write(members[i].Value, output);
        }

        output.Add((byte)'}');
    }

    private static void WriteString(string value, Buffer output)
    {
        output.Add((byte)'"');
        var rest = value.AsSpan();
        while (rest.Length > 0)
        {
            var plain = rest.IndexOfAny(Escaped);
            output.Add(plain < 0 ? rest : rest[..plain]);
            if (plain < 0)
            {
                break;
            }

            output.Add(Escape(rest[plain]));
            rest = rest[(plain + 1)..];
        }

        output.Add((byte)'"');
    }

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (char)i), '"', '\\']);

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        _ => "\\u" + ((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture),
    };

    private sealed class Buffer
    {
        private const int IntegerLengthMax = 20;

        private byte[] _bytes = new byte[4_096];
        private int _length;

        internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

        internal int Capacity => _bytes.Length;

        internal void Clear() => _length = 0;

        internal void Add(byte one)
        {
            if (_length == _bytes.Length)
            {
                Grow(1);
            }

            _bytes[_length++] = one;
        }

        internal void Add(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(Room(bytes.Length));
            _length += bytes.Length;
        }

        internal void Add(ReadOnlySpan<char> text) => _length += Encoding.UTF8.GetBytes(text, Room(3 * text.Length)); // at most three bytes for a UTF-16 unit

        internal void Add(long integer)
        {
            _ = Utf8Formatter.TryFormat(integer, Room(IntegerLengthMax), out var written);
            _length += written;
        }

        private Span<byte> Room(int length)
        {
            if (_bytes.Length - _length < length)
            {
                Grow(length);
            }

            return _bytes.AsSpan(_length);
        }

        private void Grow(int length) => Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + length));
    }
}
