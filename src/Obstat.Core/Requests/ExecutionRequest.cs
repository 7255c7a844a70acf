using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Proof.Statements;

namespace Obstat.Core.Requests;

/// <summary>
/// One request to execute something, understood to the last member, in its canonical form. Made by <see cref="Intake"/>, and from the record where a decision is replayed.
/// </summary>
public sealed partial class ExecutionRequest
{
    private ExecutionRequest(RegisteredPoint at, AskRequest ask, Digest body, CanonicalAction action, long? peerUid)
        => (At, Seq, Body, Action, Assertions, HasDelegation, Session, Parent, PeerUid, Patience, IsLeased)
            = (at, ask.Ep.Seq, body, action, ask.Assertions, ask.Delegation is not null, ask.Session, ask.Parent, peerUid, TimeSpan.FromMilliseconds(ask.DeadlineMs), ask.Mode == "lease");

    private ExecutionRequest(RegisteredPoint at, long seq, CanonicalAction action, string? session, string? parent, long? peerUid)
        => (At, Seq, Action, Assertions, Session, Parent, PeerUid) = (at, seq, action, [], session, parent, peerUid);

    private ExecutionRequest(ExecutionRequest other, CanaryFacts probes)
        => (At, Seq, Body, Action, Assertions, HasDelegation, Session, Parent, PeerUid, Patience, IsLeased, Canary)
            = (other.At, other.Seq, other.Body, other.Action, other.Assertions, other.HasDelegation, other.Session, other.Parent, other.PeerUid, other.Patience, other.IsLeased, probes);

    /// <summary>A request as an entry of the ledger holds it: for deciding again what was decided. It has no assertion, so nobody can be verified by it.</summary>
    internal static ExecutionRequest OfRecord(RegisteredPoint at, long seq, CanonicalAction action, string? session, string? parent, long? peerUid) => new(at, seq, action, session, parent, peerUid);

    /// <summary>The enforcement point that asks.</summary>
    public RegisteredPoint At { get; }

    /// <summary>Its id.</summary>
    public string Point => At.Id;

    /// <summary>The number that the point gave to the message, from 1.</summary>
    public long Seq { get; }

    /// <summary>SHA-256 of the message as it came.</summary>
    public Digest Body { get; }

    /// <summary>What is asked for.</summary>
    public CanonicalAction Action { get; }

    /// <summary>The registered name of the server that it is asked of.</summary>
    public string Server => Action.Server;

    /// <summary>Whether it is a call of a tool.</summary>
    public bool IsToolCall => Action.WireAction == WireActions.McpToolsCall;

    /// <summary>What the caller presented as its identity.</summary>
    public ImmutableArray<Assertion> Assertions { get; }

    /// <summary>Whether a delegation came along.</summary>
    public bool HasDelegation { get; }

    /// <summary>The session of the caller at the point.</summary>
    public string? Session { get; }

    /// <summary>The execution that this one belongs to.</summary>
    public string? Parent { get; }

    /// <summary>User id of the socket's peer, as the point saw it; null where there is no local peer.</summary>
    public long? PeerUid { get; }

    /// <summary>How long the point waits for the answer.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Whether it runs under a lease; otherwise it is over when its permit is.</summary>
    public bool IsLeased { get; }

    /// <summary>The probes that the entry of this one stands for; null for what is no probe.</summary>
    public CanaryFacts? Canary { get; }

    /// <summary>The same request, whose entry stands for these probes.</summary>
    public ExecutionRequest StandingFor(CanaryFacts probes) => new(this, probes);

    /// <summary>Whom a permit for this request is for.</summary>
    public string Audience => AudienceOf(Server);

    private static string AudienceOf(string server) => Urns.Server(server);
}
