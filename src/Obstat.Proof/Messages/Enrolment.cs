using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Messages;

/// <summary>
/// The one-time enrolment file of an enforcement point (0600): by it the point learns which plane to trust, not from the wire, and the plane knows the point. The point sends the secret
/// in its first registration; the plane then deletes the file, and no shared secret exists any more.
/// </summary>
/// <param name="Point">Id of the point.</param>
/// <param name="Secret">256 random bits, base64url.</param>
/// <param name="Root">Key id of the plane's root.</param>
/// <param name="Head">Public key of the ledger's heads.</param>
/// <param name="Expires">Seconds since 1970, ten minutes after it was made.</param>
public sealed record Enrolment(string Point, string Secret, string Root, VerifierKey Head, long Expires) : IPlaneMessage<Enrolment>
{
    /// <summary>How long an enrolment file is good: 10 minutes.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>Makes an enrolment.</summary>
    /// <param name="point">Id of the point.</param>
    /// <param name="secret">32 random bytes.</param>
    /// <param name="root">Key id of the plane's root.</param>
    /// <param name="head">Public key of the ledger's heads.</param>
    /// <param name="now">The time, UTC.</param>
    public static Enrolment Make(string point, ReadOnlySpan<byte> secret, string root, VerifierKey head, DateTimeOffset now)
        => new(point, Base64Url.Encode(secret), root, head, (now + Life).ToUnixTimeSeconds());

    /// <summary>Reads a file that was good at <paramref name="now"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, DateTimeOffset now, [NotNullWhen(true)] out Enrolment? enrolment, out JsonError error)
    {
        if (PlaneMessage.TryRead(file, out enrolment, out error) && enrolment.Expires <= now.ToUnixTimeSeconds())
        {
            (enrolment, error) = (null, new JsonError("an enrolment that is still good (10 minutes)", "one that ended", 0));
        }

        return enrolment is not null;
    }

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)),
        ("point", JsonValue.Of(Point)),
        ("secret", JsonValue.Of(Secret)),
        ("root", JsonValue.Of(Root)),
        ("head", JsonValue.Of(Head?.ToString())),
        ("exp", JsonValue.Of(Expires)));

    /// <inheritdoc/>
    public static Enrolment Read(JsonFields fields)
    {
        var (point, secret, root) = (fields.Name("point"), fields.String("secret", 43), fields.Text("root", 64));
        if (fields.Error is null && (secret.Length != 43 || !Base64Url.TryDecode(secret, out _)))
        {
            fields.Refuse("secret", "256 bits in base64url");
        }

        if (!VerifierKey.TryParse(fields.String("head", 512), out var head))
        {
            fields.Refuse("head", "a public key of a log");
        }

        return new Enrolment(point, secret, root, head!, fields.Integer("exp"));
    }
}
