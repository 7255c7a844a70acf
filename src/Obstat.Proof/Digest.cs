using System.Security.Cryptography;
using Obstat.Proof.Encodings;

namespace Obstat.Proof;

/// <summary>A SHA-256 digest: 32 bytes. <c>default</c> is the digest of nothing that exists: 32 zero bytes.</summary>
public readonly struct Digest : IEquatable<Digest>, IComparable<Digest>
{
    /// <summary>Bytes of a digest.</summary>
    public const int Length = 32;

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private Digest(ReadOnlySpan<byte> bytes)
        => (_a, _b, _c, _d) = (System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    /// <summary>The digest of the given bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Length];
        _ = SHA256.HashData(bytes, hash);
        return new Digest(hash);
    }

    /// <summary>The digest of the canonical form of a JSON value.</summary>
    public static Digest Of(Json.JsonValue value) => Json.CanonicalJson.DigestOf(value);

    /// <summary>Takes 32 bytes as a digest; another length refuses.</summary>
    public static bool TryFromBytes(ReadOnlySpan<byte> bytes, out Digest digest)
    {
        digest = bytes.Length == Length ? new Digest(bytes) : default;
        return bytes.Length == Length;
    }

    /// <summary>The digest that stands in the first 32 bytes. For tables of hashes whose length was checked.</summary>
    internal static Digest Read(ReadOnlySpan<byte> bytes) => new(bytes[..Length]);

    /// <summary>Reads 64 lower-case hex digits; anything else refuses.</summary>
    public static bool TryParseHex(string? text, out Digest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[Length];
        return text is { Length: 2 * Length } && !text.AsSpan().ContainsAnyExcept(HexDigits)
            && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && TryFromBytes(bytes[..written], out digest);
    }

    /// <summary>Reads 43 characters of base64url without padding; anything else refuses.</summary>
    public static bool TryParseBase64Url(string? text, out Digest digest)
    {
        digest = default;
        return text is { Length: 43 } && Base64Url.TryDecode(text, out var bytes) && TryFromBytes(bytes, out digest);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> target)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(target, _a);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(target[8..], _b);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(target[16..], _c);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(target[24..], _d);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>64 lower-case hex digits: the form of evidence.</summary>
    public string ToHex() => Convert.ToHexStringLower(ToArray());

    /// <summary>43 characters of base64url: the form of permits.</summary>
    public string ToBase64Url() => Base64Url.Encode(ToArray());

    /// <summary>Standard base64 with padding: the form of leaves and notes.</summary>
    public string ToBase64() => Convert.ToBase64String(ToArray());

    /// <inheritdoc/>
    public bool Equals(Digest other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Digest other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _a.GetHashCode();

    /// <inheritdoc/>
    public int CompareTo(Digest other) => (_a, _b, _c, _d).CompareTo((other._a, other._b, other._c, other._d));

    /// <inheritdoc/>
    public override string ToString() => ToHex();

    /// <summary>Equality of all 32 bytes.</summary>
    public static bool operator ==(Digest left, Digest right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(Digest left, Digest right) => !left.Equals(right);

    /// <summary>Order of the bytes.</summary>
    public static bool operator <(Digest left, Digest right) => left.CompareTo(right) < 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >(Digest left, Digest right) => left.CompareTo(right) > 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator <=(Digest left, Digest right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the bytes.</summary>
    public static bool operator >=(Digest left, Digest right) => left.CompareTo(right) >= 0;
}
