using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Core.Identities;
using Obstat.Core.Requests;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Replays;

/// <summary>The inputs of a decision as the opened blobs hold them.</summary>
internal sealed class RecordedInputs
{
    private readonly Proven? _proven;
    private readonly Refusal _refusal;

    private RecordedInputs(ExecutionRequest request, DateTimeOffset now, Proven? proven, Refusal refusal, string? detail, ImmutableArray<string> missing)
        => (Request, Now, _proven, _refusal, Detail, Missing) = (request, now, proven, refusal, detail, missing);

    public ExecutionRequest Request { get; }

    public DateTimeOffset Now { get; }

    /// <summary>The finer cause, as it was recorded.</summary>
    public string? Detail { get; }

    /// <summary>The absent entities, as they were recorded.</summary>
    public ImmutableArray<string> Missing { get; }

    public static bool TryRead(DecisionStatement recorded, JsonValue request, JsonValue context, [NotNullWhen(true)] out RecordedInputs? inputs, out string error)
    {
        inputs = null;
        error = "its request is of a kind that this version does not know";
        if (!CanonicalAction.TryParse(request["action"]!, out var action, out _))
        {
            return false;
        }

        var fields = new JsonFields(context["context"]!, "/context");
        var now = fields.Integer("now");
        var (session, peer, detail) = (fields.StringOrNull("session"), fields.IntegerOrNull("peer_uid", 0, uint.MaxValue), fields.StringOrNull("detail"));
        var (missing, obligations) = (fields.Strings("missing", 65_536), fields.Strings("obligations", 256));
        error = fields.Complete() ? "" : $"its circumstances are not written as this version writes them: {fields.Error}";
        if (error.Length > 0)
        {
            return false;
        }

        var at = new RegisteredPoint(recorded.Ep.Id, recorded.Ep.Boot, "", [.. obligations], 1);
        var asked = ExecutionRequest.OfRecord(at, recorded.Ep.Seq, action, session, recorded.Request.Parent, peer);
        var identity = new JsonFields(context["identity"]!, "/identity");
        var proven = identity.Has("principal") ? Proven(identity) : null;
        var refusal = identity.Has("principal") ? default : Refused(recorded, identity);
        if (!identity.Complete() || (proven is null && refusal.Reason == DenyReason.Undecided))
        {
            error = $"its identity is not written as this version writes it: {identity.Error}";
            return false;
        }

        inputs = new RecordedInputs(asked, DateTimeOffset.FromUnixTimeMilliseconds(now), proven, refusal, detail, missing);
        return true;
    }

    /// <summary>Who asked, as it was recorded.</summary>
    public Identified Identify() => Identified.OfRecord(Request, _proven, _refusal);

    /// <summary>Why the snapshot could not have verified this identity, or null. The assertion is not there, but whom it may name and who may sign it is.</summary>
    public string? KnownTo(Snapshot snapshot)
    {
        if (_proven is not { } proven)
        {
            return null;
        }

        var (principal, assertion, trust) = (proven.Principal, proven.Assertion, snapshot.Trust);
        var enrolled = trust.Identities.GetValueOrDefault(principal.PermitSubject);
        return snapshot.Revocations.Holds(new Proof.Leases.Scope(Proof.Leases.ScopeKind.Principal, principal.PermitSubject)) ? $"identity {principal} was revoked"
            : assertion.NotAfter <= Now.ToUnixTimeSeconds() ? $"identity {principal} had ended"
            : assertion.Kind == AssertionKinds.Canary ? (principal.Id == CanaryProbe.AgentOf(Request.Point) && Request.Server == CanaryProbe.Server ? null : $"identity {principal} is no probe of this point")
            : assertion.Issuer != trust.Issuer ? (trust.Issuers.ContainsKey(assertion.Issuer) ? null : $"identity {principal} of an issuer that was not trusted")
            : enrolled is null || enrolled.Kind != principal.Kind ? $"identity {principal} was not enrolled"
            : assertion.Kind == AssertionKinds.RunToken && enrolled.Uid != Request.PeerUid ? $"identity {principal} of another user than the peer"
            : null;
    }

    private static Proven? Proven(JsonFields fields)
    {
        var (subject, client, possession) = (fields.String("principal"), fields.String("client"), fields.OneOf("possession", "bearer", "bound"));
        var claims = fields.Object("claims");
        var assertions = fields.Array("assertions", 1);
        var split = subject.IndexOf("::", StringComparison.Ordinal);
        if (split < 0 || !Enum.TryParse<PrincipalKind>(subject[..split], out var kind) || kind.ToString() != subject[..split] || assertions.Length != 1)
        {
            fields.Refuse("principal", "a principal with one assertion");
            return null;
        }

        var assertion = new JsonFields(assertions[0], "/assertions");
        var verified = new VerifiedAssertion(
            assertion.OneOf("kind", AssertionKinds.RunToken, AssertionKinds.AccessToken, AssertionKinds.Canary), assertion.String("issuer"),
            Proof.Digest.TryParseHex(assertion.String("digest", 64), out var digest) ? digest : default, assertion.Integer("notAfter"));
        var tags = claims.Members.ToImmutableSortedDictionary(m => m.Name, m => m.Value.Items.Select(i => i.AsString ?? "").ToImmutableArray(), StringComparer.Ordinal);
        if (!assertion.Complete())
        {
            fields.Refuse("assertions", "one verified assertion");
            return null;
        }

        return new Proven(new Principal(kind, subject[(split + 2)..], tags), client, possession == "bound" ? Possession.Bound : Possession.Bearer, verified);
    }

    private static Refusal Refused(DecisionStatement recorded, JsonFields fields)
    {
        var detail = fields.StringOrNull("refusal") ?? "";
        return ReasonCodes.TryParse(recorded.Identity.State, out var reason) ? new Refusal(reason, detail) : default;
    }
}
