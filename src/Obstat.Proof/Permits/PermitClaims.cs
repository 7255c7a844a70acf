using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Permits;

/// <summary>
/// What an execution permit says. One action, once, by one holder, at one door, for at most 30 s, under an entry that is already durable. Unknown claims refuse.
/// </summary>
public sealed record PermitClaims
{
    /// <summary>Seconds from <c>iat</c> to <c>exp</c> at most.</summary>
    public const long LifeMax = 30;

    /// <summary>Bytes of a compact permit at most.</summary>
    public const int BytesMax = 4096;

    /// <summary>Actors of <see cref="Actors"/> at most.</summary>
    public const int ActorsMax = 8;

    /// <summary>False only in a permit whose <c>v</c> was left out, which means version 1 too. We always write it.</summary>
    public bool WritesVersion { get; init; } = true;

    /// <summary>The plane.</summary>
    public required string Iss { get; init; }

    /// <summary>Whom the permit is for: one string.</summary>
    public required string Aud { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long NotBefore { get; init; }

    /// <summary>Seconds since 1970, at most <see cref="LifeMax"/> after <see cref="IssuedAt"/>.</summary>
    public required long Expires { get; init; }

    /// <summary>128 random bits: the identity of the permit, never its bytes.</summary>
    public required string Jti { get; init; }

    /// <summary>For whom: the root principal.</summary>
    public required string Sub { get; init; }

    /// <summary>The agent.</summary>
    public required string ClientId { get; init; }

    /// <summary>The actors between them, last first; empty where there are none.</summary>
    public ImmutableArray<string> Actors { get; init; } = [];

    /// <summary>Who may use it.</summary>
    public required Confirmation Cnf { get; init; }

    /// <summary><c>instance</c>: consumed in the memory of one boot. <c>plane</c>: redeemed online.</summary>
    public required string Use { get; init; }

    /// <summary>The point and boot; exactly when <see cref="Use"/> is <c>instance</c>.</summary>
    public PointBoot? Ep { get; init; }

    /// <summary>The action.</summary>
    public required PermittedAction Action { get; init; }

    /// <summary>The root execution.</summary>
    public required string Txn { get; init; }

    /// <summary>This execution.</summary>
    public required string Exe { get; init; }

    /// <summary>The parent execution, or null.</summary>
    public string? ParentExe { get; init; }

    /// <summary>The workload that asked, for others than the holder to see.</summary>
    public required string RequestingWorkload { get; init; }

    /// <summary>The delegation, or null.</summary>
    public DelegationReference? Delegation { get; init; }

    /// <summary>Digest of the snapshot that decided.</summary>
    public required Digest Snapshot { get; init; }

    /// <summary>The lease; exactly when the mode is <c>lease</c>.</summary>
    public LeaseTerms? Lease { get; init; }

    /// <summary>What the door must do; empty for nothing.</summary>
    public ImmutableArray<string> Obligations { get; init; } = [];

    /// <summary>Whether <c>obl</c> stands in the claims: an empty list may be written or left out. We leave it out.</summary>
    public bool WritesObligations { get; init; }

    /// <summary>The decision entry; null until it is durable.</summary>
    public LedgerReference? Led { get; init; }

    /// <summary>
    /// SHA-256 of the canonical claims without <c>led</c>: what the decision entry fixes. A permit cannot be inside the decision that it cites.
    /// </summary>
    public Digest ClaimsDigest() => Digest.Of((this with { Led = null }).ToJson());

    /// <summary>The signed permit.</summary>
    /// <exception cref="InvalidOperationException">The decision entry is not named: nothing is signed for a decision that is not durable.</exception>
    public string Sign(SigningKey permit)
        => Led is null ? throw new InvalidOperationException("a permit names its entry") : permit.SignCompact(TokenTypes.Permit, ToJson());

    /// <summary>The claims as JSON; <c>led</c> is left out while there is none.</summary>
    public JsonValue ToJson()
    {
        List<(string, JsonValue)> members =
        [
            ("iss", JsonValue.Of(Iss)), ("aud", JsonValue.Of(Aud)), ("iat", JsonValue.Of(IssuedAt)), ("nbf", JsonValue.Of(NotBefore)), ("exp", JsonValue.Of(Expires)), ("jti", JsonValue.Of(Jti)),
            ("sub", JsonValue.Of(Sub)), ("client_id", JsonValue.Of(ClientId)), ("cnf", JsonValue.Object((Cnf.Method, JsonValue.Of(Cnf.Value.ToBase64Url())))), ("use", JsonValue.Of(Use)),
            ("authorization_details", JsonValue.Array(DetailToJson())), ("txn", JsonValue.Of(Txn)), ("exe", JsonValue.Of(Exe)), ("req_wl", JsonValue.Of(RequestingWorkload)),
            ("pol", JsonValue.Object(("h", JsonValue.Of(Snapshot.ToBase64Url())))),
        ];
        Add(WritesVersion, "v", () => JsonValue.Of(1));
        Add(Actors.Length > 0, "act", ActorsToJson);
        Add(Ep is not null, "ep", () => JsonValue.Object(("id", JsonValue.Of(Ep!.Id)), ("boot", JsonValue.Of(Ep.Boot))));
        Add(ParentExe is not null, "pex", () => JsonValue.Of(ParentExe));
        Add(Delegation is not null, "dlg", () => JsonValue.Object(("h", JsonValue.Of(Delegation!.Hash.ToBase64Url())), ("d", JsonValue.Of(Delegation.Depth))));
        Add(Lease is not null, "lease", () => Lease!.ToJson());
        Add(Obligations.Length > 0 || WritesObligations, "obl", () => JsonValue.Strings(Obligations));
        Add(Led is not null, "led", () => JsonValue.Object(("o", JsonValue.Of(Led!.Origin)), ("i", JsonValue.Of(Led.Index)), ("h", JsonValue.Of(Led.LeafHash.ToBase64Url()))));
        return JsonValue.Object([.. members]);

        void Add(bool present, string name, Func<JsonValue> value)
        {
            if (present)
            {
                members.Add((name, value()));
            }
        }
    }

    /// <summary>Reads the claims of a signed permit. What it gives writes back exactly what was read.</summary>
    public static bool TryRead(JsonValue claims, [NotNullWhen(true)] out PermitClaims? permit, out JsonError error)
    {
        permit = PermitReader.Read(claims, out error);
        return permit is not null;
    }

    private JsonValue DetailToJson()
    {
        var detail = JsonValue.Object(
            ("type", JsonValue.Of(PermittedAction.Type)), ("actions", JsonValue.Array(JsonValue.Of(Action.Action))), ("locations", JsonValue.Array(JsonValue.Of(Action.Location))),
            ("identifier", JsonValue.Of(Action.Identifier)), ("act_alg", JsonValue.Of(PermittedAction.Algorithm)), ("act_hash", JsonValue.Of(Action.ActHash.ToBase64Url())), ("mode", JsonValue.Of(Action.Mode)));
        return Action.ToolHash is { } tool ? detail.With("tool_hash", JsonValue.Of(tool.ToBase64Url())) : detail;
    }

    private JsonValue ActorsToJson()
    {
        JsonValue? inner = null;
        foreach (var sub in Actors.Reverse())
        {
            inner = inner is null ? JsonValue.Object(("sub", JsonValue.Of(sub))) : JsonValue.Object(("sub", JsonValue.Of(sub)), ("act", inner));
        }

        return inner!;
    }
}
