using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Obstat.Proof.Json;

/// <summary>
/// Texts that came before, so that one which comes in every statement of a log is one string. Short ASCII alone; of texts that fall on one place the newest stays, so it never grows.
/// For text that holds no secret: what is kept here lives longer than its document. Not safe for concurrent use.
/// </summary>
internal sealed class TextPool
{
    private const int LengthMax = 64;
    private const int Places = 1 << 10;

    private readonly string?[] _texts = new string?[Places];

    /// <summary>The text of these bytes, or null where they are too long or not ASCII.</summary>
    public string? Find(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LengthMax)
        {
            return null;
        }

        ref var place = ref _texts[PlaceOf(utf8)];
        if (place is not null && Ascii.Equals(utf8, place))
        {
            return place;
        }

        return Ascii.IsValid(utf8) ? place = Encoding.ASCII.GetString(utf8) : null;
    }

    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        var hash = (uint)utf8.Length;
        while (utf8.Length >= sizeof(uint))
        {
            hash = BitOperations.Crc32C(hash, MemoryMarshal.Read<uint>(utf8));
            utf8 = utf8[sizeof(uint)..];
        }

        foreach (var last in utf8)
        {
            hash = BitOperations.Crc32C(hash, last);
        }

        return (int)(hash % Places);
    }
}
