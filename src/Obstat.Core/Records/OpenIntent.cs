using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;

namespace Obstat.Core.Records;

/// <summary>An allow whose outcome nobody told yet.</summary>
/// <param name="Jti">Identifier of its permit.</param>
/// <param name="Index">Where the decision stands.</param>
/// <param name="Statement">Digest of the decision's statement.</param>
/// <param name="Boot">The boot of the enforcement point that asked.</param>
/// <param name="NotAfter">End of the permit, or of a lease that is over: UTC seconds since 1970.</param>
/// <param name="Lease">The lease that keeps it going; null where there is none, or it is over.</param>
public sealed record OpenIntent(string Jti, EntryIndex Index, Digest Statement, string Boot, long NotAfter, string? Lease = null)
{
    /// <summary>The row of the enforcement state.</summary>
    internal JsonValue ToRow() => JsonValue.Object(
        ("boot", JsonValue.Of(Boot)),
        ("index", JsonValue.Of(Index.Value)),
        ("notAfter", JsonValue.Of(NotAfter)),
        ("statement", JsonValue.Of(Statement.ToHex())));

    /// <summary>Reads a row.</summary>
    internal static bool TryRow(string jti, JsonValue row, [NotNullWhen(true)] out OpenIntent? intent)
    {
        var fields = new JsonFields(row);
        var (boot, index, notAfter) = (fields.String("boot"), fields.Integer("index"), fields.Integer("notAfter"));
        intent = Digest.TryParseHex(fields.String("statement"), out var statement) && fields.Complete() ? new(jti, new(index), statement, boot, notAfter) : null;
        return intent is not null;
    }
}
