using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Identities;

/// <summary>Access tokens (RFC 9068) of pinned issuers, and of the plane itself for people without an issuer.</summary>
internal static class AccessTokens
{
    private const int NameLengthMax = 256;

    public static bool TryProve(
        Assertion assertion, ExecutionRequest request, Trust trust, Freshness freshness, DateTimeOffset now, [NotNullWhen(true)] out Proven? proven, out Refusal refusal)
    {
        proven = null;
        var seconds = now.ToUnixTimeSeconds();
        var named = IssuerOf(assertion.Value);
        var own = named == trust.Issuer;
        var issuer = own || named is null ? null : trust.Issuers.GetValueOrDefault(named);
        if (!own && issuer is null)
        {
            refusal = Refuse("the issuer is not configured");
            return false;
        }

        if (issuer is not null && freshness.IsStale(issuer, now))
        {
            refusal = new Refusal(DenyReason.TrustStale, "the issuer's keys are too old");
            return false;
        }

        if (!trust.AccessTokens.TryVerify(assertion.Value, issuer, seconds, out var token, out var why))
        {
            refusal = Refuse(why.Detail);
            return false;
        }

        var claims = token.Claims;
        if (claims["cnf"] is not null)
        {
            refusal = new Refusal(DenyReason.PossessionUnproven, "the token is bound to a key, and no proof came with it");
            return false;
        }

        var subject = claims["sub"]!.AsString!;
        var client = claims["client_id"]!.AsString!;
        var audiences = claims["aud"]! is { Kind: JsonKind.Array } many ? [.. many.Items.Select(i => i.AsString!)] : ImmutableArray.Create(claims["aud"]!.AsString!);
        var id = own ? subject : $"{subject}@{issuer!.Url}";
        var detail = claims["iss"]!.AsString != named ? "another issuer"
            : subject.Length > NameLengthMax || client.Length > NameLengthMax ? "a name is too long"
            : audiences.Contains(client, StringComparer.Ordinal) ? "the client is its own audience: an identity token, not an access token"
            : own ? OwnDetail(trust, audiences, subject, request.Server)
            : audiences.Contains(issuer!.Audience, StringComparer.Ordinal) ? null : "another audience";
        if (detail is not null)
        {
            refusal = Refuse(detail);
            return false;
        }

        proven = new Proven(
            new Principal(PrincipalKind.User, id, TagsOf(claims)),
            client,
            Possession.Bearer,
            new VerifiedAssertion(AssertionKinds.AccessToken, named!, Digest.Of(System.Text.Encoding.UTF8.GetBytes(assertion.Value)), claims["exp"]!.AsInteger!.Value));
        refusal = default;
        return true;
    }

    // The issuer that the token names selects among those that are pinned and nothing else; the verified claims must say the same.
    private static string? IssuerOf(string compact)
        => compact.Split('.') is [_, var payload, _] && Base64Url.TryDecode(payload, out var bytes) && StrictJson.TryParse(bytes, out var value, out _) ? value["iss"]?.AsString : null;

    private static string? OwnDetail(Trust trust, ImmutableArray<string> audiences, string subject, string server)
        => !audiences.Contains(trust.Resource, StringComparer.Ordinal) && !audiences.Contains($"{trust.Resource}/mcp/{server}", StringComparer.Ordinal) ? "another audience"
            : !trust.Identities.TryGetValue($"{PrincipalKind.User}::{subject}", out var enrolled) || enrolled.Kind != PrincipalKind.User ? "nobody is enrolled under this name"
            : null;

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> TagsOf(JsonValue claims)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var name in (ReadOnlySpan<string>)["iss", "sub", "client_id"])
        {
            tags[name] = [claims[name]!.AsString!];
        }

        tags["scope"] = claims["scope"]?.AsString is { } scope ? [.. scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : [];
        return tags.ToImmutable();
    }

    private static Refusal Refuse(string detail) => new(DenyReason.IdentityUnverifiable, "access token: " + detail);
}
