using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>What a point remembers from boot to boot: how far it counted, and the largest head that it verified.</summary>
/// <param name="Last">The newest boot and its last number; null before the first.</param>
/// <param name="Seen">The largest verified head; null before the first.</param>
/// <param name="Epoch">The highest epoch of the plane that a signed message named.</param>
internal sealed record PointMemory(PreviousBoot? Last, Checkpoint? Seen, long Epoch = 0)
{
    public const int BytesMax = 4096;

    public byte[] ToBytes() => JsonValue.Object(
        ("v", JsonValue.Of(1)),
        ("epoch", JsonValue.Of(Epoch)),
        ("last", Last is null ? JsonValue.Null : JsonValue.Object(("boot", JsonValue.Of(Last.Boot)), ("last_seq", JsonValue.Of(Last.LastSeq)))),
        ("seen", Seen is null ? JsonValue.Null : JsonValue.Object(("origin", JsonValue.Of(Seen.Origin)), ("size", JsonValue.Of(Seen.Size)), ("root", JsonValue.Of(Seen.Root.ToHex()))))).ToCanonicalBytes();

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PointMemory? memory)
    {
        memory = null;
        if (!StrictJson.TryParse(bytes, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.Integer("v", 1, 1);
        // A point of before leases wrote none.
        var epoch = fields.Has("epoch") ? fields.Integer("epoch") : 0;
        var (last, seen) = (fields.FieldsOrNull("last"), fields.FieldsOrNull("seen"));
        var previous = last is null ? null : new PreviousBoot(last.String("boot", 22), last.Integer("last_seq"));
        Checkpoint? head = null;
        if (seen is not null)
        {
            var (origin, size) = (seen.String("origin", 255), seen.Integer("size"));
            head = Digest.TryParseHex(seen.String("root", 64), out var root) ? new Checkpoint(origin, size, root) : null;
        }

        if (!fields.Complete() || (last?.Complete() ?? true) == false || (seen is not null && (!seen.Complete() || head is null)))
        {
            return false;
        }

        memory = new PointMemory(previous, head, epoch);
        return true;
    }
}
