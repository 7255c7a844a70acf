using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Leases;

/// <summary>
/// A signed order to enforcement points (<c>typ execution-order+jwt</c>): needs no ledger, no lock and no approval to stop something. Signed by the plane's lease key, or by an operator's key that the point pinned.
/// </summary>
/// <param name="N">The plane's number, ascending; 0 in an order that came from an operator alone.</param>
/// <param name="Kind">What it wants.</param>
/// <param name="Scope">Of what.</param>
/// <param name="Reason">Why, as a person wrote it, 1 to 512 characters.</param>
/// <param name="By">Who gave it.</param>
/// <param name="IssuedAt">Seconds since 1970.</param>
/// <param name="Id">128 random bits: of the halt itself, also in the order that lifts it. The same id again changes nothing.</param>
public sealed record Order(long N, OrderKind Kind, Scope Scope, string Reason, string By, long IssuedAt, string Id)
{
    private static readonly (OrderKind Kind, string Word)[] Words = [(OrderKind.Halt, "halt"), (OrderKind.Stop, "stop"), (OrderKind.Lift, "lift"), (OrderKind.Rearm, "rearm"), (OrderKind.Ping, "ping")];

    /// <summary>Characters of <see cref="Reason"/> and <see cref="By"/> at most.</summary>
    public const int TextMax = 512;

    /// <summary>Who gave an order that no person gave.</summary>
    public const string Plane = "plane";

    /// <summary>The code with which an execution of its scope ends: <c>Halted</c>, <c>Revoked</c>, or what the plane found when it decided again.</summary>
    public DenyReason Code => Kind == OrderKind.Halt ? DenyReason.Halted
        : By == Plane && ReasonCodes.TryParse(Reason, out var code) ? code
        : DenyReason.Revoked;

    /// <summary>Signs it with the plane's lease key or an operator's key.</summary>
    public string Sign(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.SignCompact(TokenTypes.Order, JsonValue.Object(
            ("v", JsonValue.Of(1)), ("n", JsonValue.Of(N)), ("kind", JsonValue.Of(Array.Find(Words, w => w.Kind == Kind).Word)), ("scope", Scope.ToJson()), ("reason", JsonValue.Of(Reason)),
            ("by", JsonValue.Of(By)), ("iat", JsonValue.Of(IssuedAt)), ("id", JsonValue.Of(Id))));
    }

    /// <summary>
    /// Opens an order under pinned keys. Its age is not looked at: a halt that waited is still a halt.
    /// </summary>
    /// <param name="compact">The token.</param>
    /// <param name="profile"><see cref="TokenProfiles.PlaneOrder"/> or <see cref="TokenProfiles.OperatorOrder"/>.</param>
    /// <param name="keys">The keys that may sign it.</param>
    /// <param name="order">The order, or null.</param>
    /// <param name="signer">Who signed it, or null.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryOpen(string compact, JwsProfile profile, JwsKeySet keys, [NotNullWhen(true)] out Order? order, [NotNullWhen(true)] out JwsKey? signer, out Refusal refusal)
    {
        (order, signer) = (null, null);
        if (!StrictJws.TryOpen(compact, profile, keys, out var signed, out refusal))
        {
            return false;
        }

        var fields = new JsonFields(signed.Claims);
        _ = fields.Integer("v", 1, 1);
        var word = fields.String("kind", 16);
        var kind = Array.Find(Words, w => w.Word == word).Kind;
        var read = new Order(fields.Integer("n"), kind, Scope.Read(fields, "scope"), fields.Text("reason", TextMax), fields.Text("by", TextMax), fields.Integer("iat"), fields.Random128("id"));
        if (!fields.Complete() || kind == OrderKind.None)
        {
            refusal = new Refusal(DenyReason.AssertionInvalid, fields.Error?.ToString() ?? "an order of another kind");
            return false;
        }

        (order, signer) = (read, signed.Key);
        return true;
    }
}
