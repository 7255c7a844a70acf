using System.Collections.Immutable;
using Obstat.Console.Api;
using Obstat.Proof.Statements;
using Obstat.Storage.Indexing;
using Obstat.Storage.Reading;

namespace Obstat.Server.Faces;

/// <summary>Makes the rows of decisions that faces list: from the entries themselves, each proven, never from what the index says of them. Safe for concurrent use.</summary>
internal sealed class FaceRows(Sealed opened)
{
    private const string Unreadable = "unreadable";

    /// <summary>The rows of these places.</summary>
    public ImmutableArray<DecisionRow> Rows(Desk desk, IEnumerable<long> places, Role role) => [.. places.Select(place => Row(desk, ReadEntry.Of(desk, place), role))];

    /// <summary>The rows of these places, which the index says fit a filter: one that does not fit is no row.</summary>
    public ImmutableArray<DecisionRow> Rows(Desk desk, IEnumerable<long> places, DecisionFilter filter, Role role) => [.. places.Select(place =>
    {
        var read = ReadEntry.Of(desk, place);
        return read.Written?.Statement is DecisionStatement decision && !LiveDecision.Fits(filter, decision, filter.Tool is null ? "" : opened.ToolOf(desk.Reader, decision))
            ? throw new IndexLiesException(place)
            : Row(desk, read, role);
    })];

    /// <summary>The row of an entry that the index says is a decision.</summary>
    public DecisionRow Row(Desk desk, ReadEntry read, Role role)
        => read.Written is not { } written ? Broken(read.Index)
            : written.Statement is not DecisionStatement decision ? throw new IndexLiesException(read.Index)
            : EndOf(desk, read.Index) is not var (end, state) ? Of(desk.Reader, read.Index, decision, null, read.Proof.State, role)
            : Of(desk.Reader, read.Index, decision, end, state == ProofState.Failed ? ProofState.Failed : read.Proof.State, role);

    /// <summary>What the index says became of a decision, looked up in the entry that it names. An index that names another is made again.</summary>
    private static (IndexedEnd End, ProofState State)? EndOf(Desk desk, long decision)
    {
        if (desk.Index.EndOf(decision) is not { } end)
        {
            return null;
        }

        var read = ReadEntry.Of(desk, end.Entry);
        return read.Written?.Statement switch
        {
            OutcomeStatement outcome when outcome.Decision.Index == decision && outcome.Result == end.Result => (end, read.Proof.State),
            OrphanedStatement orphan when orphan.Decision.Index == decision && end.Result == DecisionIndex.Orphaned => (end, read.Proof.State),
            null => (end, ProofState.Failed),
            _ => throw new IndexLiesException(end.Entry),
        };
    }

    /// <summary>The row of a decision.</summary>
    public DecisionRow Of(LedgerReader reader, long index, DecisionStatement decision, IndexedEnd? end, ProofState proof, Role role)
    {
        var action = opened.Open(reader, decision, "request")?["action"];
        var server = action is null ? null : Sealed.ServerOf(action);
        var name = action is null ? null : Sealed.NameOf(action);
        return new DecisionRow
        {
            Entry = index,
            Time = decision.Time.Time,
            Reason = decision.Reason,
            Principal = opened.PrincipalOf(reader, decision),
            Pseudonym = decision.Identity.Principal,
            Action = decision.Request.Action,
            Server = server,
            Name = name,
            Tool = server is null ? null : opened.ToolKey(server, name),
            Arguments = action is not null && role.ReadsBodies() ? ArgumentText.Of(action) : null,
            IsErased = action is null && decision.Sealed.Any(s => s.Role == "request"),
            Point = decision.Ep.Id,
            Execution = decision.Request.Execution,
            Result = end?.Result,
            ResultEntry = end?.Entry,
            Proof = proof,
        };
    }

    // The index says that a decision stood here: the row stays, and says that it is gone.
    private static DecisionRow Broken(long index) => new()
    {
        Entry = index,
        Time = DateTimeOffset.UnixEpoch,
        Reason = Unreadable,
        Principal = null,
        Pseudonym = null,
        Action = Unreadable,
        Server = null,
        Name = null,
        Tool = null,
        Arguments = null,
        IsErased = false,
        Point = "",
        Execution = "",
        Result = null,
        ResultEntry = null,
        Proof = ProofState.Failed,
    };
}
