using System.Diagnostics.CodeAnalysis;
using System.Text;
using NSec.Cryptography;

namespace Obstat.Proof.Notes;

/// <summary>An Ed25519 private key that signs notes under one name. Deterministic: the same text gives the same line. Whoever holds it can sign any head; the plane reaches it only through <see cref="HeadSigner"/>.</summary>
public sealed class NoteSigner : IDisposable
{
    public const int SeedLength = Ed25519.KeyLength;

    private readonly Key _key;

    private NoteSigner(string name, Key key)
    {
        _key = key;
        var publicKey = key.Export(KeyBlobFormat.RawPublicKey);
        VerifierKey = VerifierKey.TryCreate(name, NoteKeyType.Ed25519, publicKey, out var verifier)
            ? verifier
            : throw new ArgumentException($"\"{name}\" is no name of a note key", nameof(name));
    }

    /// <summary>The public key with the name.</summary>
    public VerifierKey VerifierKey { get; }

    /// <summary>A new random key.</summary>
    public static NoteSigner Generate(string name) => new(name, Key.Create(SignatureAlgorithm.Ed25519, Exportable));

    /// <summary>The key of a 32-byte seed.</summary>
    public static NoteSigner FromSeed(string name, ReadOnlySpan<byte> seed) => new(name, Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, Exportable));

    /// <summary>Reads a PKCS#8 PEM file's text. Refuses anything else.</summary>
    public static bool TryFromPem(string name, ReadOnlySpan<char> pem, [NotNullWhen(true)] out NoteSigner? signer)
    {
        signer = NoteName.IsValid(name) && Key.TryImport(SignatureAlgorithm.Ed25519, Encoding.UTF8.GetBytes(pem.ToString()), KeyBlobFormat.PkixPrivateKeyText, out var key, Exportable)
            ? new(name, key!)
            : null;
        return signer is not null;
    }

    /// <summary>The private key as PKCS#8 PEM, for its file (0600).</summary>
    public string ToPem() => Encoding.UTF8.GetString(_key.Export(KeyBlobFormat.PkixPrivateKeyText));

    /// <summary>Signs a note's text, which ends in a line feed.</summary>
    public NoteSignature Sign(ReadOnlySpan<byte> text) => new(VerifierKey.Name, VerifierKey.KeyId, SignatureAlgorithm.Ed25519.Sign(_key, text));

    public void Dispose() => _key.Dispose();

    private static KeyCreationParameters Exportable => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
}
