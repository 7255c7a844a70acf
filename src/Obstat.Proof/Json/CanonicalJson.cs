using System.Buffers;
using System.Text;

namespace Obstat.Proof.Json;

/// <summary>The canonical form of JSON: RFC 8785 (JCS). One value, one byte string.</summary>
public static class CanonicalJson
{
    /// <summary>The canonical bytes of a value.</summary>
    public static byte[] Write(JsonValue value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the canonical bytes of a value.</summary>
    public static void Write(JsonValue value, IBufferWriter<byte> output)
    {
        switch (value.Kind)
        {
            case JsonKind.Null:
                output.Write("null"u8);
                break;
            case JsonKind.Boolean:
                output.Write(value.AsBoolean == true ? "true"u8 : "false"u8);
                break;
            case JsonKind.Number:
                WriteAscii(value.AsInteger is { } integer ? integer.ToString(System.Globalization.CultureInfo.InvariantCulture) : Es6Number.Format(value.AsNumber!.Value), output);
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

    private static void WriteArray(JsonValue value, IBufferWriter<byte> output)
    {
        output.Write("["u8);
        for (var i = 0; i < value.Items.Length; i++)
        {
            output.Write(i == 0 ? ""u8 : ","u8);
            Write(value.Items[i], output);
        }

        output.Write("]"u8);
    }

    private static void WriteObject(JsonValue value, IBufferWriter<byte> output)
    {
        output.Write("{"u8);
        for (var i = 0; i < value.Members.Length; i++)
        {
            output.Write(i == 0 ? ""u8 : ","u8);
            WriteString(value.Members[i].Name, output);
            output.Write(":"u8);
            Write(value.Members[i].Value, output);
        }

        output.Write("}"u8);
    }

    private static void WriteString(string value, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        var rest = value.AsSpan();
        while (rest.Length > 0)
        {
            var plain = rest.IndexOfAny(Escaped);
            WriteUtf8(plain < 0 ? rest : rest[..plain], output);
            if (plain < 0)
            {
                break;
            }

            WriteAscii(Escape(rest[plain]), output);
            rest = rest[(plain + 1)..];
        }

        output.Write("\""u8);
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

    private static void WriteAscii(string text, IBufferWriter<byte> output) => WriteUtf8(text, output);

    private static void WriteUtf8(ReadOnlySpan<char> text, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
