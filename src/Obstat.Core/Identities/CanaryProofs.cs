using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Identities;

/// <summary>Proofs of an enforcement point that a probe is its own. What they prove reaches the sink of the probes and nothing else.</summary>
internal static class CanaryProofs
{
    private const long LifeSeconds = 60;

    public static bool TryProve(Assertion assertion, ExecutionRequest request, Trust trust, DateTimeOffset now, [NotNullWhen(true)] out Proven? proven, out Refusal refusal)
    {
        proven = null;
        var seconds = now.ToUnixTimeSeconds();
        var detail = request.Server != CanaryProbe.Server || !request.IsToolCall ? "asks for more than a probe"
            : !Digest.TryParseBase64Url(request.At.HolderThumbprint, out var holder) ? "no holder"
            : CanaryProbe.Verify(assertion.Value, holder, new PointBoot(request.At.Id, request.At.Boot), seconds);
        if (detail is not null)
        {
            refusal = new Refusal(DenyReason.IdentityUnverifiable, "canary: " + detail);
            return false;
        }

        var id = CanaryProbe.AgentOf(request.Point);
        proven = new Proven(
            new Principal(PrincipalKind.Agent, id, ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.WithComparers(StringComparer.Ordinal)),
            id,
            Possession.Bound,
            new VerifiedAssertion(AssertionKinds.Canary, trust.Issuer, Digest.Of(Encoding.UTF8.GetBytes(assertion.Value)), seconds + LifeSeconds));
        refusal = default;
        return true;
    }
}
