using System.Globalization;
using Microsoft.Data.Sqlite;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Proof.Json;
using Obstat.Server.Telemetry;
using Obstat.Storage;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Ledgers;

/// <summary>Seals decisions with the vault: the request, and the circumstances it was decided under, in the scope of who asked; of the enforcement point where nobody was verified.</summary>
internal sealed class VaultSealer(Vault vault) : ISealer
{
    /// <inheritdoc/>
    public Task<SealedDecision?> SealAsync(Decided decided, CancellationToken cancellation)
    {
        // What comes here was identified and decided since the gate's span began.
        GateMeter.Decided();
        try
        {
            return Task.FromResult<SealedDecision?>(Seal(decided));
        }
        catch (Exception e) when (e is SqliteException or LedgerUnavailableException)
        {
            return Task.FromResult<SealedDecision?>(null);
        }
    }

    private SealedDecision Seal(Decided decided)
    {
        var identified = decided.Identified;
        var person = identified.Principal?.PermitSubject ?? "point:" + decided.Request.Point;
        var request = vault.Seal(person, decided.Now, "request", ("action", decided.Request.Action.Json));
        var context = vault.Seal(
            person,
            decided.Now,
            "context",
            ("context", Context(decided)),
            ("identity", Identity(identified)),
            ("attestation", JsonValue.EmptyArray),
            ("freshness", JsonValue.Object([.. decided.Snapshot.Trust.Issuers.Keys.Select(i => (i, decided.Freshness.AgeOf(i, decided.Now) is { } age ? JsonValue.Of(age) : JsonValue.Null))])));
        return new SealedDecision(
            identified.Principal is null ? null : vault.Pseudonym(person),
            identified.Principal is { Kind: PrincipalKind.User } ? [vault.Pseudonym($"{PrincipalKind.Agent}::{identified.Client}")] : [],
            [request.Reference, context.Reference],
            [request.Blob, context.Blob]);
    }

    private static JsonValue Context(Decided decided) => JsonValue.Object(
        ("now", JsonValue.Of(decided.Now.ToUnixTimeMilliseconds())),
        ("session", JsonValue.Of(decided.Request.Session)),
        ("peer_uid", decided.Request.PeerUid is { } uid ? JsonValue.Of(uid) : JsonValue.Null),
        ("detail", JsonValue.Of(decided.Decision.Detail)),
        ("missing", JsonValue.Strings(decided.Decision.Missing)),
        ("obligations", JsonValue.Strings(decided.Request.At.Obligations)));

    private static JsonValue Identity(Identified identified) => identified.Principal is not { } principal
        ? JsonValue.Object(("refusal", JsonValue.Of(identified.Refusal.Detail)))
        : JsonValue.Object(
            ("principal", JsonValue.Of(principal.PermitSubject)),
            ("client", JsonValue.Of(identified.Client)),
            ("possession", JsonValue.Of(identified.Possession.ToString().ToLower(CultureInfo.InvariantCulture))),
            ("claims", JsonValue.Object([.. principal.Claims.Select(c => (c.Key, JsonValue.Strings(c.Value)))])),
            ("assertions", JsonValue.Array(identified.Assertions.Select(a => JsonValue.Object(
                ("kind", JsonValue.Of(a.Kind)), ("issuer", JsonValue.Of(a.Issuer)), ("digest", JsonValue.Of(a.Digest.ToHex())), ("notAfter", JsonValue.Of(a.NotAfter)))))));
}
