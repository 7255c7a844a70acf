using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Enforcement.Leases;

/// <summary>The file of the halts in force at a point.</summary>
internal static class HaltMemory
{
    public const int BytesMax = 1 << 20;
    private const int HaltsMax = 4096;

    public static byte[] ToBytes(IEnumerable<Halt> halts) => JsonValue.Object(
        ("v", JsonValue.Of(1)),
        ("halts", JsonValue.Array(halts.OrderBy(h => h.Id, StringComparer.Ordinal).Select(h => JsonValue.Object(
            ("id", JsonValue.Of(h.Id)), ("kind", JsonValue.Of(h.Scope.KindWord)), ("value", JsonValue.Of(h.Scope.Value)), ("iat", JsonValue.Of(h.IssuedAt)), ("compact", JsonValue.Of(h.Compact))))))).ToCanonicalBytes();

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ImmutableArray<Halt>? halts)
    {
        halts = null;
        if (!StrictJson.TryParse(bytes, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.Integer("v", 1, 1);
        var read = ImmutableArray.CreateBuilder<Halt>();
        foreach (var item in fields.Array("halts", HaltsMax))
        {
            var one = new JsonFields(item);
            var (id, kind, value, issued, compact) = (one.String("id", 22), one.String("kind", 32), one.String("value", Scope.ValueMax), one.Integer("iat"), one.StringOrNull("compact", 4000));
            if (!one.Complete() || !Scope.TryParse(kind, value, out var scope))
            {
                return false;
            }

            read.Add(new Halt(id, scope.Value, issued, compact));
        }

        halts = fields.Complete() ? read.ToImmutable() : null;
        return halts is not null;
    }
}
