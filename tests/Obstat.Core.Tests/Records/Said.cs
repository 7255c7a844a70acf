using System.Collections.Immutable;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Statements;

namespace Obstat.Core.Tests.Records;

/// <summary>Statements for tests of the ledger: whole, with neutral values.</summary>
internal static class Said
{
    /// <summary>Longer than a busy machine takes: what a test is not about must not fail it.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    public static string Id(int n)
    {
        var bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, n);
        return Base64Url.Encode(bytes);
    }

    public static Digest Sha(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    public static Draft Registered(StatementSigner report, int boot, string point = "gw-1") => Draft.OfPlane(place => Composition.Of(new EnforcementPointStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Ep = new(point, Id(boot)),
        Kind = "gateway",
        Kid = report.PublicKey.Kid,
        PublicKey = report.PublicKey.ToBase64(),
        Build = Sha("build"),
        Formats = new([1], [1], [1], [1]),
        Previous = null,
    }), patience: Patience);

    public static Draft Activated(string law, long? seq = null) => Draft.OfPlane(place => Composition.Of(new PolicyActivationStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Snapshot = Snapshot(law),
        Previous = place.State.Active?.Digest,
        Changed = PolicyActivationStatement.AllParts,
        By = "op-1",
        Approvals = [],
        Source = new("policies", seq, null),
        Expires = null,
    }), patience: Patience);

    public static SnapshotDigests Snapshot(string law) => new(new(Sha(law), Sha("schema"), Sha("entities")), Sha("directory"), Sha("trust"), Sha("revocations"));

    public static Draft Decided(bool allow, int boot, long seq, int jti = 0, string law = "law", string point = "gw-1", string? body = null, StoredBlob? blob = null, Func<Sequenced, Digest?>? prev = null, long? notAfter = null, TimeSpan? patience = null, int lease = 0, long epoch = 1)
        => Draft.OfPlane(
            place => Composition.Of(new DecisionStatement
            {
                Nonce = place.Nonce,
                Origin = place.Origin,
                Time = place.Time,
                Clock = place.Clock,
                Plane = place.Plane,
                Ep = new(point, Id(boot), seq, prev is null ? place.Prev : prev(place)),
                Request = new("mcp.tools/call", "read", Id(1), Id(1), null),
                Snapshot = Snapshot(law).Digest,
                Read = new(null, null, null, null, null),
                Engine = new("obstat-cedar", "4", Sha("engine")),
                Identity = new("verified", "p-1", []),
                Decision = allow ? "allow" : "deny",
                Reason = allow ? null : "NotPermitted",
                Policies = [],
                Errors = [],
                Approvals = [],
                Budgets = [],
                Permit = allow ? new(Id(jti), Sha("claims"), place.Time.Time.ToUnixTimeSeconds(), notAfter ?? (place.Time.Time.ToUnixTimeSeconds() + 30), "instance", lease == 0 ? "once" : "lease", lease == 0 ? null : new(Id(lease), 10, epoch)) : null,
                Trace = null,
                Witnessed = null,
                Canary = null,
                RequestPlain = Sha("plain"),
                Sealed = [new("request", new string('0', 32), blob?.Cipher ?? Sha("cipher"), Sha("plain"), blob?.Bytes.Length ?? 100)],
            }),
            Id(boot),
            body is null ? null : new BodyKey(Id(boot), seq, Sha(body)),
            blob is { } one ? [one] : default,
            patience: patience ?? Patience);

    public static Draft Ended(StatementSigner report, Appended decision, int boot, long seq, int jti, Digest? prev, string point = "gw-1", string? body = null, ImmutableArray<SealedReference> kept = default, TimeSpan? patience = null, TimeSpan mayWait = default)
    {
        var decided = (DecisionStatement)decision.Written.Statement;
        var statement = new OutcomeStatement
        {
            Nonce = Id((int)seq + 1_000),
            Origin = decided.Origin,
            Time = decided.Time,
            Clock = decided.Clock,
            Ep = new(point, Id(boot), seq, prev),
            Decision = new(decision.Index.Value, decision.Written.Digest),
            Jti = Id(jti),
            Result = "succeeded",
            Code = null,
            Started = decided.Time,
            Ended = decided.Time,
            Effects = new(1, 0, 0),
            Usage = [],
            Stop = null,
            Sealed = kept.IsDefault ? [] : kept,
        };
        return !WrittenStatement.TryWrite(statement, out var written, out var error)
            ? throw new InvalidOperationException(error)
            : Draft.OfPoint(written, report.Sign(written.Bytes.Span), report.PublicKey, new(Id(boot), seq, Sha(body ?? $"outcome {seq}")), patience ?? Patience, mayWait);
    }

    public static Draft Covered(StatementSigner report, LedgerState state, int boot, long seq, bool final = true, Digest? prev = null, params ImmutableArray<string> open)
    {
        var statement = new CoverageStatement
        {
            Nonce = Id((int)seq + 2_000),
            Origin = state.Origin,
            Time = state.Time,
            Clock = new("ntp", 20),
            Ep = new("gw-1", Id(boot), seq, prev),
            ThroughSeq = seq - 1,
            Asks = seq - 1,
            Reports = 0,
            Effects = 0,
            Open = open,
            Final = final,
        };
        return !WrittenStatement.TryWrite(statement, out var written, out var error)
            ? throw new InvalidOperationException(error)
            : Draft.OfPoint(written, report.Sign(written.Bytes.Span), report.PublicKey, new(Id(boot), seq, Sha($"coverage {seq}")), Patience);
    }

    public static Draft Leases(params ImmutableArray<LeaseEvent> events) => Draft.OfPlane(place => Composition.Of(new LeaseStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Events = events,
        Renewals = null,
    }), patience: Patience);

    public static Draft Halted(StopTarget target, bool lift = false, bool rearm = false) => Draft.OfPlane(place => Composition.Of(new HaltStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        IsLift = lift || rearm,
        Scope = target,
        By = "op-1",
        Approvals = lift ? ["a", "b"] : rearm ? ["a"] : [],
    }), patience: Patience);

    public static Draft Revoked(StopTarget target) => Draft.OfPlane(place => Composition.Of(new RevocationStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Target = target,
        From = place.Time,
        Reason = "stolen",
        By = "op-1",
        Order = Id(77),
    }), patience: Patience);

    public static Draft Refused(int boot, params (long First, long Last)[] ranges) => Refused(boot, null, ranges);

    public static Draft Refused(int boot, TimeSpan? patience, params (long First, long Last)[] ranges) => Draft.OfPlane(place => Composition.Of(new RefusalsStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Ep = new("gw-1", Id(boot)),
        Ranges = [.. ranges.Select(r => new SeqRange(r.First, r.Last))],
        Counts = ImmutableSortedDictionary<string, long>.Empty.Add("Malformed", 1),
        Samples = [],
    }), patience: patience ?? Patience);

    public static Draft KeySet(StatementSigner root, params (string Role, StatementSigner Key)[] keys) => Draft.OfPlane(place => Composition.Of(new KeySetStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Keys = [.. keys.Select(k => StatementKey.Of(k.Key.PublicKey, k.Role))],
        From = place.Time,
        Until = Timestamp.From(place.Time.Time.AddDays(1)),
        Root = root.PublicKey.Kid,
        Proof = "",
    }.Prove(root)), patience: Patience);
}
