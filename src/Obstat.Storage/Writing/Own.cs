using System.Collections.Immutable;
using Obstat.Core.Records;
using Obstat.Proof.Statements;
using Obstat.Storage.Opening;

namespace Obstat.Storage.Writing;

/// <summary>What the ledger says itself.</summary>
internal static class Own
{
    internal static Draft Genesis(LedgerKeys keys, Inheritance? inherited) => Draft.OfPlane(
        place => Composition.Of(new GenesisStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        HeadKey = keys.Heads.VerifierKey,
        StatementKeys = [StatementKey.Of(keys.Statements.PublicKey, KeyRoles.Statement), StatementKey.Of(keys.Root, KeyRoles.Root)],
        Cause = inherited is null ? "first" : "rotation",
        State = place.State.Parts.Digests.Digest,
        Predecessor = inherited?.Predecessor,
    }),
        snapshots: inherited is null ? [] : CarriedState.Write(inherited.State.Parts));

    internal static Draft KeySet(LedgerKeys keys) => Draft.OfPlane(place => Composition.Of(keys.Announce(place)));

    internal static Draft State() => Draft.OfPlane(place => Composition.Of(new StateStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Size = place.Index.Value,
        Parts = place.State.Parts.Digests,
    }));

    /// <summary>Between the newest entry of the last run and this start nothing was recorded.</summary>
    internal static Draft Restart(Timestamp from, bool wasClean)
        => Gap("ledger", from, null, wasClean ? "the plane was stopped" : "the plane ended without a clean stop");

    internal static Draft Clock(ClockGap gap) => Gap("clock", Timestamp.From(gap.From), Timestamp.From(gap.To), gap.Why);

    private static Draft Gap(string kind, Timestamp from, Timestamp? to, string why) => Draft.OfPlane(place => Composition.Of(new GapStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Kind = kind,
        From = from,
        To = to ?? place.Time,
        Ep = null,
        Ranges = [],
        Counts = ImmutableSortedDictionary<string, long>.Empty,
        Halts = [],
        Why = why,
    }));
}
