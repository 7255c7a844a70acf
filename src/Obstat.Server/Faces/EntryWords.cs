using System.Globalization;
using Obstat.Console.Api;
using Obstat.Proof.Statements;

namespace Obstat.Server.Faces;

/// <summary>What an entry says, in few words. Names that are sealed are not in them.</summary>
internal static class EntryWords
{
    /// <summary>A link to an entry; to one that cannot be read, a link that says so.</summary>
    public static LinkView Link(ReadEntry read, string? jti = null)
        => read is { Written.Statement: { } statement, Proof.State: not ProofState.Failed }
            ? new(read.Index, statement.Type, statement.Time.Time, Of(statement, jti))
            : new(read.Index, read.Written?.Statement.Type ?? "unreadable", read.Written?.Statement.Time.Time ?? DateTimeOffset.UnixEpoch, "not what was signed");

    /// <summary>The words.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="jti">The permit whose lease is meant, where the entry tells of several.</param>
    public static string Of(Statement statement, string? jti = null) => statement switch
    {
        DecisionStatement { IsAllowed: true } decision => $"allowed {decision.Request.Action}",
        DecisionStatement decision => $"refused {decision.Request.Action}: {decision.Reason}",
        OutcomeStatement outcome => outcome.Code is null ? outcome.Result : $"{outcome.Result}: {outcome.Code}",
        OrphanedStatement orphan => $"no outcome came: {orphan.Why}",
        LeaseStatement lease => string.Join(", ", lease.Events.Where(e => jti is null || e.Jti == jti).Take(4).Select(e => e.Code is null ? e.Event : $"{e.Event}: {e.Code}")) is { Length: > 0 } events
            ? events
            : string.Create(CultureInfo.InvariantCulture, $"renewals of leases of {lease.Renewals?.Ep.Id ?? "a point"}"),
        EnforcementPointStatement point => point.Ep.Id == point.Kind ? $"{point.Kind} registered" : $"{point.Kind} {point.Ep.Id} registered",
        PolicyActivationStatement activation => $"in force by {activation.By}: {string.Join(", ", activation.Changed)}",
        HaltStatement halt => $"{(halt.IsLift ? "lifted" : "halted")} {halt.Scope.Kind.ToString().ToLower(CultureInfo.InvariantCulture)} by {halt.By}",
        RevocationStatement revocation => $"revoked {revocation.Target.Kind.ToString().ToLower(CultureInfo.InvariantCulture)} by {revocation.By}: {revocation.Reason}",
        GapStatement gap => $"{gap.Kind}: {gap.Why}",
        RefusalsStatement refusals => string.Create(CultureInfo.InvariantCulture, $"{refusals.Counts.Values.Sum()} refused without a decision at {refusals.Ep.Id}"),
        CoverageStatement coverage => string.Create(CultureInfo.InvariantCulture, $"{coverage.Ep.Id} counts {coverage.Asks} asks, {coverage.Reports} reports, {coverage.Open.Length} open{(coverage.Final ? ", and closes" : "")}"),
        KeySetStatement keys => string.Create(CultureInfo.InvariantCulture, $"{keys.Keys.Length} keys until {keys.Until}"),
        KeyRotationStatement => "a key was changed",
        GenesisStatement => "the log begins",
        StateStatement => "digest of the state",
        _ => statement.Type,
    };
}
