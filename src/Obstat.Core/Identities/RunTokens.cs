using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Identities;

/// <summary>Run tokens: a local process whose user proved to the plane that it holds the enrolled key, and whose socket peer is that user.</summary>
internal static class RunTokens
{
    public static bool TryProve(Assertion assertion, ExecutionRequest request, Trust trust, DateTimeOffset now, [NotNullWhen(true)] out Proven? proven, out Refusal refusal)
    {
        proven = null;
        var seconds = now.ToUnixTimeSeconds();
        if (!trust.RunTokens.TryVerify(assertion.Value, seconds, out var token, out var why))
        {
            refusal = new Refusal(DenyReason.IdentityUnverifiable, "run token: " + why.Detail);
            return false;
        }

        var detail = token.Iss != trust.Issuer ? "another issuer"
            : token.Aud != Urns.Point(request.Point) ? "another audience"
            : token.Cgroup is not null || token.Run is not null ? "bound to a run, which nobody looked at"
            : request.PeerUid is null || token.Uid != request.PeerUid ? "the peer of the socket is another user"
            : !trust.Identities.TryGetValue(token.Sub, out var enrolled) || enrolled.Kind != PrincipalKind.Agent || enrolled.Uid != request.PeerUid ? "nobody is enrolled under this name and user"
            : null;
        if (detail is not null)
        {
            refusal = new Refusal(DenyReason.IdentityUnverifiable, "run token: " + detail);
            return false;
        }

        var id = trust.Identities[token.Sub].Id;
        proven = new Proven(
            new Principal(PrincipalKind.Agent, id, Claims(trust.Issuer, id)),
            id,
            Possession.Bound,
            new VerifiedAssertion(AssertionKinds.RunToken, trust.Issuer, Digest.Of(System.Text.Encoding.UTF8.GetBytes(assertion.Value)), token.Expires));
        refusal = default;
        return true;
    }

    private static ImmutableSortedDictionary<string, ImmutableArray<string>> Claims(string issuer, string subject)
        => new KeyValuePair<string, ImmutableArray<string>>[] { new("iss", [issuer]), new("sub", [subject]) }.ToImmutableSortedDictionary(StringComparer.Ordinal);
}
