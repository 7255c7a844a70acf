using System.Collections.Immutable;
using Obstat.Core.Identities;
using Obstat.Core.Requests;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Decisions;

/// <summary>A request that was judged, allowed or not. Made by <see cref="Authorizer"/> alone.</summary>
public sealed partial class Decided
{
    private Decided(Identified identified, Snapshot snapshot, Freshness freshness, DateTimeOffset now, Decision decision, Findings found)
        => (Identified, Snapshot, Freshness, Now, Decision, ReadsLaw, Class, Obligations, Visible, Hint, Asked)
            = (identified, snapshot, freshness, now, decision, found.ReadsLaw, found.Class, found.Obligations, found.Visible, found.Hint, found.Asked);

    /// <summary>Who asked for what.</summary>
    public Identified Identified { get; }

    /// <summary>What was asked for.</summary>
    public ExecutionRequest Request => Identified.Request;

    /// <summary>What it was judged under, from beginning to end.</summary>
    public Snapshot Snapshot { get; }

    /// <summary>How old the trust was: an input of the decision.</summary>
    public Freshness Freshness { get; }

    /// <summary>The time that was read: an input of the decision.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The answer.</summary>
    public Decision Decision { get; }

    /// <summary>Whether the law was read; otherwise the identity or the revocations ended it before.</summary>
    public bool ReadsLaw { get; }

    /// <summary>The parts of the snapshot that it read, each by its digest: what the record says, and what must move before it is decided again.</summary>
    public ReadParts Read => new(ReadsLaw ? Snapshot.Law.Digest : null, ReadsLaw ? Snapshot.Directory.Digest : null, Snapshot.Trust.Digest, Snapshot.Revocations.Digest, null);

    /// <summary>The operator's class of the action, the gravest if there are several; <c>none</c> where it has none.</summary>
    public string Class { get; }

    /// <summary>What the determining permits demand, sorted.</summary>
    public ImmutableArray<string> Obligations { get; }

    /// <summary>Names of the server that this principal may know of; <c>*</c> for lists that have no rule of their own.</summary>
    public ImmutableArray<string> Visible { get; }

    /// <summary>What the agent may be told beside the code: an author's <c>@agent_message</c>, or the pointer of its own malformed argument.</summary>
    public string? Hint { get; }

    /// <summary>The question that the policies were asked; null where the request was refused before.</summary>
    public Cedar.Request? Asked { get; }

    /// <summary>Everything by which this request can be stopped before it has a permit.</summary>
    public IEnumerable<Scope> Scopes()
    {
        yield return Scope.All;
        yield return new(ScopeKind.EnforcementPoint, Request.Point);
        yield return new(ScopeKind.Key, Request.At.HolderThumbprint);
        yield return new(ScopeKind.Bundle, Snapshot.Digest.ToHex());
        if (Identified.Principal is { } principal)
        {
            yield return new(ScopeKind.Principal, principal.PermitSubject);
            yield return new(ScopeKind.Principal, Identified.Client!);
        }

        if (Request.Parent is { } parent)
        {
            yield return new(ScopeKind.Execution, parent);
        }

        foreach (var tool in Scope.OfTool(Request.Server, Request.Action.Name, Request.Action.ToolHash))
        {
            yield return tool;
        }
    }

    /// <summary>The same, refused where something that it rests on is revoked or halted. A refusal stays what it is.</summary>
    /// <param name="isHalted">What is halted now; null where nothing is.</param>
    public Decided UnlessStopped(Func<Scope, bool>? isHalted)
    {
        if (Decision.IsAllowed)
        {
            foreach (var scope in Scopes())
            {
                if (Snapshot.Revocations.Holds(scope))
                {
                    return Stopped(DenyReason.Revoked);
                }

                if (isHalted?.Invoke(scope) == true)
                {
                    return Stopped(DenyReason.Halted);
                }
            }
        }

        return this;
    }

    /// <summary>The same request, refused. A refusal stays what it is.</summary>
    public Decided Stopped(DenyReason reason)
        => Decision.IsAllowed ? new(Identified, Snapshot, Freshness, Now, Decision.Deny(reason), new Findings(ReadsLaw, Class, [], Visible, null, Asked)) : this;

    /// <summary>What the authorizer found beside the decision.</summary>
    private sealed record Findings(bool ReadsLaw, string Class, ImmutableArray<string> Obligations, ImmutableArray<string> Visible, string? Hint, Cedar.Request? Asked);
}
