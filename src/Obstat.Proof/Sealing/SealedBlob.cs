using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Sealing;

/// <summary>
/// What may be personal or secret, encrypted so that destroying one key erases it: <c>SEAL1 || scope (16) || nonce (12) || AES-256-GCM ciphertext || tag (16)</c>.
/// Origin, role and scope are authenticated with it, so a blob cannot stand in another log or for another role. At most 1 MiB.
/// </summary>
public static class SealedBlob
{
    /// <summary>Largest blob in bytes.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Bytes of a data key.</summary>
    public const int KeyLength = 32;

    /// <summary>Bytes of a nonce: random, never twice with one key. A key seals at most 2^24 blobs.</summary>
    public const int NonceLength = 12;

    /// <summary>Bytes of a scope's name.</summary>
    public const int ScopeLength = 16;

    private const int TagLength = 16;
    private const int HeadLength = 5 + ScopeLength + NonceLength;

    private static ReadOnlySpan<byte> Magic => "SEAL1"u8;

    /// <summary>Seals a plaintext. Throws for a key, nonce or scope of another length and for a blob that would be too large.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> scope, string origin, string role, ReadOnlySpan<byte> plain)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataKey.Length, KeyLength, nameof(dataKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceLength, nameof(nonce));
        ArgumentOutOfRangeException.ThrowIfNotEqual(scope.Length, ScopeLength, nameof(scope));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plain.Length, BytesMax - HeadLength - TagLength, nameof(plain));
        var blob = new byte[HeadLength + plain.Length + TagLength];
        Magic.CopyTo(blob);
        scope.CopyTo(blob.AsSpan(Magic.Length));
        nonce.CopyTo(blob.AsSpan(Magic.Length + ScopeLength));
        using var aes = new AesGcm(dataKey, TagLength);
        aes.Encrypt(nonce, plain, blob.AsSpan(HeadLength, plain.Length), blob.AsSpan(HeadLength + plain.Length), Associated(origin, role, scope));
        return blob;
    }

    /// <summary>Opens a blob. Refuses another key, origin or role, and any changed bit.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> dataKey, string origin, string role, ReadOnlySpan<byte> blob, [NotNullWhen(true)] out byte[]? plain)
    {
        plain = null;
        if (dataKey.Length != KeyLength || !TryScope(blob, out var scope))
        {
            return false;
        }

        var opened = new byte[blob.Length - HeadLength - TagLength];
        try
        {
            using var aes = new AesGcm(dataKey, TagLength);
            aes.Decrypt(blob.Slice(Magic.Length + ScopeLength, NonceLength), blob[HeadLength..^TagLength], blob[^TagLength..], opened, Associated(origin, role, scope));
            plain = opened;
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(opened);
        }

        return plain is not null;
    }

    /// <summary>The scope whose key opens the blob. Refuses what is no blob.</summary>
    public static bool TryScope(ReadOnlySpan<byte> blob, out ReadOnlySpan<byte> scope)
    {
        var isBlob = blob.Length is >= HeadLength + TagLength and <= BytesMax && blob.StartsWith(Magic);
        scope = isBlob ? blob.Slice(Magic.Length, ScopeLength) : default;
        return isBlob;
    }

    /// <summary>How a statement names the blob.</summary>
    public static SealedReference Reference(string role, ReadOnlySpan<byte> blob, ReadOnlySpan<byte> plain)
        => TryScope(blob, out var scope)
            ? new(role, Convert.ToHexStringLower(scope), Digest.Of(blob), Digest.Of(plain), blob.Length)
            : throw new ArgumentException("expected a sealed blob", nameof(blob));

    private static byte[] Associated(string origin, string role, ReadOnlySpan<byte> scope)
        => Encoding.UTF8.GetBytes($"{Names.SealedBlob}\n{origin}\n{role}\n{Convert.ToHexStringLower(scope)}");
}
