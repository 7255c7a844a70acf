using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using NSec.Cryptography;
using Obstat.Proof.Encodings;

namespace Obstat.Proof.Notes;

/// <summary>
/// A public key of a note with its name (C2SP signed-note "vkey"): <c>name+hex8+base64(type || key)</c>. The key id is computed again when it is read, and another one refuses.
/// </summary>
public sealed class VerifierKey : IEquatable<VerifierKey>
{
    private const int CosignedLength = 8 + Ed25519.SignatureLength;

    private static readonly byte[] SpkiPrefix = Convert.FromHexString("302a300506032b6570032100");

    private readonly PublicKey _key;
    private readonly byte[] _bytes;

    private VerifierKey(string name, NoteKeyType type, PublicKey key, byte[] bytes)
    {
        (Name, Type, _key, _bytes) = (name, type, key, bytes);
        KeyId = BinaryPrimitives.ReadUInt32BigEndian(Digest.Of([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. bytes]).ToArray());
    }

    public string Name { get; }

    public NoteKeyType Type { get; }

    /// <summary>First four bytes of SHA-256(name || LF || type || key), big-endian.</summary>
    public uint KeyId { get; }

    /// <summary>The 32 bytes of the Ed25519 public key.</summary>
    public ReadOnlyMemory<byte> PublicKey => _bytes;

    /// <summary>Makes a key from its parts. Refuses a bad name, an unknown type and bytes that are no Ed25519 public key.</summary>
    public static bool TryCreate(string name, NoteKeyType type, ReadOnlySpan<byte> publicKey, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = NoteName.IsValid(name) && type is NoteKeyType.Ed25519 or NoteKeyType.Cosignature && Ed25519.TryImport(publicKey, out var imported)
            ? new(name, type, imported!, publicKey.ToArray())
            : null;
        return key is not null;
    }

    /// <summary>Reads a vkey. Refuses every text but the one that <see cref="ToString"/> gives.</summary>
    public static bool TryParse(string? vkey, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = null;
        var parts = vkey?.Split('+', 3); // base64 may hold plus signs, a name may not
        return parts is { Length: 3 }
            && Base64Exact.TryDecode(parts[2], out var bytes)
            && bytes.Length == 1 + Ed25519.KeyLength
            && TryCreate(parts[0], (NoteKeyType)bytes[0], bytes.AsSpan(1), out key)
            && (key.ToString() == vkey || (key = null) is not null);
    }

    /// <summary>Whether the signature bytes of a line are this key's over the text.</summary>
    /// <param name="text">The note's text.</param>
    /// <param name="signature">What follows the key id in the line.</param>
    /// <param name="cosignedAt">The time that a cosignature states, in seconds since 1970.</param>
    public bool Verifies(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature, out long? cosignedAt)
    {
        cosignedAt = null;
        switch (Type)
        {
            case NoteKeyType.Ed25519:
                return Ed25519.Verifies(_key, text, signature);
            case NoteKeyType.Cosignature when signature.Length == CosignedLength && BinaryPrimitives.ReadInt64BigEndian(signature) is var time and >= 1:
                cosignedAt = time;
                return Ed25519.Verifies(_key, CosignedMessage(time, text), signature[8..]);
            default:
                return false;
        }
    }

    /// <summary>What a witness signs: a line that says so, the time, the text.</summary>
    internal static byte[] CosignedMessage(long time, ReadOnlySpan<byte> text)
        => [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n")), .. text];

    /// <summary>The Ed25519 public key as SubjectPublicKeyInfo, DER (RFC 8410).</summary>
    public byte[] ToSpki() => [.. SpkiPrefix, .. _bytes];

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{KeyId:x8}+{Convert.ToBase64String([(byte)Type, .. _bytes])}";

    public bool Equals(VerifierKey? other) => other is not null && Name == other.Name && Type == other.Type && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as VerifierKey);

    public override int GetHashCode() => HashCode.Combine(Name, KeyId);
}
