using System.Collections.Immutable;
using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>
/// V09: the permit's claims without <c>led</c> have the digest that the decision fixed before the permit existed, <c>led</c> names this entry, and a permit key of that time signed it.
/// The digest holds every claim, so the others are compared only where the statement says them too.
/// </summary>
internal static class PermitChecks
{
        public static void Run(EvidenceBundle bundle, ImmutableArray<CheckedEntry> entries, KeyWindows keys, Findings findings)
    {
        var permits = bundle.Permits.ToDictionary(p => p.Jti, p => p.Bytes, StringComparer.Ordinal);
        var decisions = entries.Where(e => e.Statement is DecisionStatement).ToArray();
        foreach (var entry in decisions)
        {
            var decision = (DecisionStatement)entry.Statement!;
            if (decision.Permit is not { } fixedBy)
            {
                continue;
            }

            if (!permits.Remove(fixedBy.Jti, out var bytes))
            {
                findings.NotAsked(CheckIds.Permits, $"entry {entry.Index}: its permit {fixedBy.Jti} is not in this file", entry.Index);
                continue;
            }

            CheckPermit(entry, decision, fixedBy, bytes.Span, keys, findings);
        }

        foreach (var jti in permits.Keys)
        {
            findings.Failed(CheckIds.Permits, $"{BundlePaths.Permit(jti)}: no decision in this file fixes it");
        }

        if (findings.Count(CheckIds.Permits) == 0)
        {
            findings.NotAsked(CheckIds.Permits, decisions.Length > 0 ? "no permit was issued by these decisions" : "no decision here");
        }
    }

    private static void CheckPermit(CheckedEntry entry, DecisionStatement decision, PermitFacts fixedBy, ReadOnlySpan<byte> bytes, KeyWindows keys, Findings findings)
    {
        var name = BundlePaths.Permit(fixedBy.Jti);
        if (!TryRead(bytes, out var kid, out var claims, out var signature, out var signed))
        {
            findings.Failed(CheckIds.Permits, $"{name}: expected an execution permit in its one spelling", entry.Index);
            return;
        }

        if (!PermitClaims.TryRead(claims, out var permit, out var error))
        {
            findings.Failed(CheckIds.Permits, $"{name}: {error}", entry.Index);
            return;
        }

        // The decision fixes the digest of any lifetime; no door takes a permit beyond this one.
        if (permit.IssuedAt > permit.NotBefore || permit.NotBefore >= permit.Expires || permit.Expires - permit.IssuedAt > PermitClaims.LifeMax)
        {
            findings.Failed(CheckIds.Permits, $"{name}: lives from {permit.IssuedAt} to {permit.Expires}, at most {PermitClaims.LifeMax} s are allowed", entry.Index);
            return;
        }

        var digest = permit.ClaimsDigest();
        var fault = digest != fixedBy.Claims ? $"{name}: its claims without led have digest {digest}, entry {entry.Index} fixed {fixedBy.Claims}"
            : permit.Led is not { } led || led.Origin != decision.Origin || led.Index != entry.Index ? $"{name}: led names entry {permit.Led?.Index} of {permit.Led?.Origin}, the decision is entry {entry.Index} of {decision.Origin}"
            : led.LeafHash != entry.LeafHash ? $"{name}: led.h is not the leaf hash of entry {entry.Index}"
            : permit.Jti != fixedBy.Jti || permit.NotBefore != fixedBy.NotBefore || permit.Expires != fixedBy.NotAfter ? $"{name}: jti or times differ from entry {entry.Index}"
            : permit.Use != fixedBy.Use || permit.Action.Mode != fixedBy.Mode ? $"{name}: use or mode differ from entry {entry.Index}"
            : permit.Ep is { } ep && (ep.Id != decision.Ep.Id || ep.Boot != decision.Ep.Boot) ? $"{name}: made for another enforcement point"
            : permit.Exe != decision.Request.Execution || permit.Txn != decision.Request.Root ? $"{name}: of another execution"
            : permit.Action.Action != decision.Request.Action ? $"{name}: for another action"
            : permit.Snapshot != decision.Snapshot ? $"{name}: decided under another snapshot"
            : null;
        if (fault is not null)
        {
            findings.Failed(CheckIds.Permits, fault, entry.Index);
            return;
        }

        entry.Permit = permit;
        var verdict = keys.Judge(kid, KeyRoles.Permit, entry.Index);
        if (verdict.Unknown is not null)
        {
            findings.Lacking(CheckIds.Permits, $"{name}: bound to entry {entry.Index}; signature not checked, {verdict.Unknown}", entry.Index);
            return;
        }

        _ = findings.Claim(CheckIds.Permits, entry.Index,
            $"{fixedBy.Jti}: fixed by entry {entry.Index}, valid {Timestamp.FromUnixSeconds(fixedBy.NotBefore)} to {Timestamp.FromUnixSeconds(fixedBy.NotAfter)}, permit key of entry {verdict.Window?.From}",
            verdict.Error is null ? null : $"{name}: {verdict.Error}",
            verdict.Window?.Key.VerifiesRaw(signed, signature) == true ? null : $"{name}: the signature does not fit");
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out string kid, out JsonValue claims, out byte[] signature, out byte[] signed)
    {
        (kid, claims, signature, signed) = ("", JsonValue.Null, [], []);
        var parts = bytes.Length <= PermitClaims.BytesMax ? Encoding.Latin1.GetString(bytes).Split('.') : [];
        if (parts.Length != 3
            || !Base64Url.TryDecode(parts[0], out var headerBytes) || !StrictJson.TryParse(headerBytes, out var header, out _)
            || !Base64Url.TryDecode(parts[1], out var payload) || !StrictJson.TryParse(payload, out var read, out _) || read.Kind != JsonKind.Object
            || !Base64Url.TryDecode(parts[2], out var raw))
        {
            return false;
        }

        var fields = new JsonFields(header);
        _ = fields.OneOf("alg", "ES256");
        _ = fields.OneOf("typ", TokenTypes.Permit);
        (kid, claims, signature, signed) = (fields.String("kid", 43), read, raw, Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
        return fields.Complete();
    }
}
