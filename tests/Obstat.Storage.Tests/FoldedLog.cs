using Obstat.Core.Records;
using Obstat.Core.Replays;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Storage.Tests;

/// <summary>A small log under genuine keys, with an execution open and a lie as its last entry.</summary>
internal static class FoldedLog
{
    private static readonly Plane s_plane = new("fold", 1);
    private static readonly Clock s_clock = new("test", 20);

    /// <summary>What an audit says that folds it again.</summary>
    /// <param name="place">Whose clock, name and root it has.</param>
    /// <param name="report">Report key of the enforcement point in it.</param>
    /// <param name="lie">Composes the last entry.</param>
    public static AuditReport Audit(Place place, StatementSigner report, Func<Sequenced, Statement> lie)
    {
        using var first = StatementSigner.Generate();
        using var heads = NoteSigner.Generate(place.Origin);
        var state = LedgerState.Empty;
        var rows = new List<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?)>();
        foreach (var draft in new[] { Genesis(place, heads, first), Said.Activated("law"), Said.Registered(report, 1), Said.Decided(true, 1, 1, jti: 1) })
        {
            var entry = Assert.IsType<Sequencing.Entry>(Sequencer.Next(state, draft, place.Clock.GetUtcNow(), Said.Id(rows.Count), s_plane, s_clock, place.Origin));
            Add(entry.Written.Bytes);
            state = entry.Next;
        }

        Add(lie(new(new(state.Size), state.Time, state.Origin, state.Plane, s_clock, state.Boots.Values.Single().PrevDecision, Said.Id(rows.Count), state)).ToBytes());
        var audit = new LogAudit(heads.VerifierKey, fold: new StateReplay().Apply);
        audit.Take(rows);
        return audit.Finish(null, default, []);

        void Add(ReadOnlyMemory<byte> bytes) => rows.Add((Leaf.Write(Pae.Digest(bytes.Span), first.Sign(bytes.Span), first.PublicKey), bytes));
    }

    private static Draft Genesis(Place place, NoteSigner heads, StatementSigner first) => Draft.OfPlane(at => Composition.Of(new GenesisStatement
    {
        Nonce = at.Nonce, Origin = at.Origin, Time = at.Time, Clock = at.Clock, Plane = at.Plane, HeadKey = heads.VerifierKey,
        StatementKeys = [StatementKey.Of(first.PublicKey, KeyRoles.Statement), StatementKey.Of(place.Root.PublicKey, KeyRoles.Root)], Cause = "first", State = StateDigests.Empty.Digest, Predecessor = null,
    }));
}
