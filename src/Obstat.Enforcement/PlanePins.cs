using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Enforcement;

/// <summary>The plane that a point trusts, pinned from its enrolment file, never from the wire.</summary>
/// <param name="Root">Thumbprint of the plane's root key.</param>
/// <param name="Head">Key of the ledger's heads; its name is the ledger's origin.</param>
/// <param name="Enrolled">Digest of the one-time secret that the plane accepted; null before it did.</param>
internal sealed record PlanePins(string Root, VerifierKey Head, Digest? Enrolled)
{
    public const int BytesMax = 4096;

    public byte[] ToBytes() => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("root", JsonValue.Of(Root)), ("head", JsonValue.Of(Head.ToString())), ("enrolled", JsonValue.Of(Enrolled?.ToHex()))).ToCanonicalBytes();

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PlanePins? pins)
    {
        pins = null;
        if (!StrictJson.TryParse(bytes, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.Integer("v", 1, 1);
        var (root, enrolled) = (fields.String("root", 64), fields.StringOrNull("enrolled", 64));
        var digest = default(Digest);
        if (!VerifierKey.TryParse(fields.String("head", 512), out var head) || (enrolled is not null && !Digest.TryParseHex(enrolled, out digest)) || !fields.Complete())
        {
            return false;
        }

        pins = new PlanePins(root, head, enrolled is null ? null : digest);
        return true;
    }
}
