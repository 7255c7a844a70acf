using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;

namespace Obstat.Proof.Dsse;

/// <summary>
/// A statement with its one signature (DSSE 1.0.2), canonical JSON. <c>keyid</c> is not written and refused: a hint would invite its use.
/// Verify, then parse the same bytes once.
/// </summary>
/// <param name="Payload">The statement's bytes, at most 64 KiB.</param>
/// <param name="Signature">ECDSA P-256 over the pre-authentication encoding, DER.</param>
public sealed record Envelope(ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Largest payload in bytes.</summary>
    public const int PayloadMax = 64 * 1024;

    private static readonly JsonLimits Limits = new(PayloadMax * 2, 4, 16);

    /// <summary>Reads an envelope. Refuses every text but the one that <see cref="ToBytes"/> gives, another payload type, and any count of signatures but one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Envelope? envelope, [NotNullWhen(false)] out string? error)
    {
        envelope = null;
        if (!StrictJson.TryParse(bytes, JsonRules.Intake, Limits, out var json, out var refused))
        {
            error = refused.ToString();
            return false;
        }

        if (!TryFromJson(json, out var read, out error))
        {
            return false;
        }

        error = read.ToBytes().AsSpan().SequenceEqual(bytes) ? null : "expected canonical JSON";
        envelope = error is null ? read : null;
        return error is null;
    }

    /// <summary>Takes an envelope that is part of a larger document.</summary>
    public static bool TryFromJson(JsonValue json, [NotNullWhen(true)] out Envelope? envelope, [NotNullWhen(false)] out string? error)
    {
        envelope = null;
        var fields = new JsonFields(json);
        var payload = fields.String("payload", PayloadMax * 2);
        _ = fields.OneOf("payloadType", Names.StatementPayloadType);
        var signatures = fields.Array("signatures", 1);
        var signature = new JsonFields(signatures.Length == 1 ? signatures[0] : JsonValue.Null, "/signatures/0");
        var sig = signature.String("sig", 256);
        error = !fields.Complete() ? fields.Error.ToString() : !signature.Complete() ? signature.Error.ToString() : null;
        if (error is null)
        {
            var decoded = Base64Exact.TryDecode(payload, out var body) && Base64Exact.TryDecode(sig, out var bytes) ? new Envelope(body, bytes) : null;
            error = decoded is null || decoded.Payload.Length > PayloadMax ? $"expected base64 of at most {PayloadMax} bytes" : null;
            envelope = error is null ? decoded : null;
        }

        return error is null && envelope is not null;
    }

    /// <summary>The envelope as JSON.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("payload", JsonValue.Of(Convert.ToBase64String(Payload.Span))),
        ("payloadType", JsonValue.Of(Names.StatementPayloadType)),
        ("signatures", JsonValue.Array(JsonValue.Object(("sig", JsonValue.Of(Convert.ToBase64String(Signature.Span)))))));

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes() => ToJson().ToCanonicalBytes();

    /// <summary>Whether the signature is this key's over the payload.</summary>
    public bool Verifies(P256PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Verifies(Pae.Digest(Payload.Span), Signature.Span);
    }
}
