using System.Diagnostics;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Server.Tests.Planes;
using Obstat.Storage;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Tests.Faces;

/// <summary>
/// Puts many decisions into an installation's own ledger, through its sequencer, while no plane runs: 2,000 principals, 200 tools whose requests are sealed and can be opened, families of 300 executions. Half of them are refused with
/// NotPermitted, one in a thousand with Late, one in fifty is allowed and ended.
/// </summary>
internal static class ManyDecisions
{
    public const int Family = 300;

    private const int Burst = 4_000; // how far out of order numbers may arrive
    private const int Tools = 200;
    private const int Principals = 2_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly string[] s_others = ["Forbidden", "PolicyError", "EntityMissing", "IdentityUnverifiable", "TrustStale", "AttestationBroken", "Revoked", "Malformed"];

    /// <summary>The execution of a decision by its number.</summary>
    public static string Execution(int n)
    {
        var bytes = new byte[16];
        _ = BitConverter.TryWriteBytes(bytes, n);
        bytes[15] = 1;
        return Base64Url.Encode(bytes);
    }

    /// <summary>Writes so many; gives how many entries a second that were.</summary>
    public static async Task<double> WriteAsync(TestInstallation home, TestPoint point, int decisions)
    {
        Assert.True(PlaneKeys.TryLoad(home.Settings, out var keys, out var reason), reason);
        using var working = new WorkingKeys(DateTimeOffset.UtcNow);
        using var report = point.Report.ToStatementSigner();
        using var ledger = Ledger.Open(
            new LedgerOptions { Folder = home.Settings.Paths.Ledger },
            new LedgerKeys { Heads = keys.Heads, Statements = working.Statements, Root = keys.RootSigner.PublicKey, Announce = place => working.Announce(place, keys) }, TimeProvider.System);
        using var vault = Vault.Open(home.Settings.Paths.Ledger, ledger.Origin, keys.Tenant);
        var now = DateTimeOffset.UtcNow;
        var requests = Enumerable.Range(0, Tools).Select(i => vault.Seal("Agent::many", now, "request", ("action", point.Transfer("5").With("name", JsonValue.Of($"tool-{i}"))))).ToArray();
        var context = vault.Seal("Agent::many", now, "context", ("context", JsonValue.Object(("detail", JsonValue.Null))), ("identity", JsonValue.Object(("principal", JsonValue.Of("Agent::many")))), ("attestation", JsonValue.EmptyArray), ("freshness", JsonValue.EmptyObject));
        foreach (var blob in requests.Append(context).Select(r => r.Blob))
        {
            Assert.True(await ledger.KeepAsync(blob, default));
        }

        var random = new Random(7);
        var watch = Stopwatch.StartNew();
        Digest? prev = ledger.State.Boots[point.Boot].PrevReport;
        for (var (done, seq, size) = (0, 100L, ledger.State.Size); done < decisions;)
        {
            var count = Math.Min(Burst, decisions - done);
            var first = done;
            var appended = await Task.WhenAll(Enumerable.Range(first, count).Select(n =>
            {
                var (r, tool, at) = (random.Next(1_000), random.Next(Tools), seq++);
                return AppendAsync(ledger, Decided(point.Boot, at, n, r == 0 ? "Late" : r < 500 ? "NotPermitted" : r < 520 ? null : s_others[r % 8], $"p-{random.Next(Principals)}", requests[tool].Reference, context.Reference));
            }));
            done += count;
            foreach (var entry in appended.Where(e => ((DecisionStatement)e.Written.Statement).IsAllowed).OrderBy(e => e.Index.Value))
            {
                prev = (await AppendAsync(ledger, Ended(report, entry, point.Boot, seq++, prev))).Written.Digest;
            }

            Assert.True(ledger.State.Size > size);
        }

        return ledger.State.Size / watch.Elapsed.TotalSeconds;
    }

    private static async Task<Appended> AppendAsync(Ledger ledger, Draft draft) => (await ledger.AppendAsync(draft, default)).Match(e => e, reason => throw new InvalidOperationException(reason.ToString()));

    private static Draft Decided(
        string boot, long seq, int n, string? reason, string principal, SealedReference request, SealedReference context)
        => Draft.OfPlane(
            place => Composition.Of(new DecisionStatement
            {
                Nonce = place.Nonce,
                Origin = place.Origin,
                Time = place.Time,
                Clock = place.Clock,
                Plane = place.Plane,
                Ep = new("gateway", boot, seq, place.Prev),
                Request = new(n % 10 == 0 ? "mcp.list" : "mcp.tools/call", "once", Execution(n), Execution(n / Family * Family), n % Family == 0 ? null : Execution(n - 1 - ((n - 1) % Family / 2))),
                Snapshot = place.State.Active!.Digest,
                Read = new(null, null, null, null, null),
                Engine = new("obstat-cedar", "4", Digest.Of([1])),
                Identity = new("verified", principal, []),
                Decision = reason is null ? "allow" : "deny",
                Reason = reason,
                Policies = reason is "NotPermitted" or null ? [] : ["pay-small"],
                Errors = [],
                Approvals = [],
                Budgets = [],
                Permit = reason is null ? new(Execution(n), Digest.Of([2]), place.Time.Time.ToUnixTimeSeconds(), place.Time.Time.ToUnixTimeSeconds() + 30, "instance", "once", null) : null,
                Trace = null,
                Witnessed = null,
                Canary = null,
                RequestPlain = request.Plain,
                Sealed = [request, context],
            }),
            boot,
            patience: s_patience);

    private static Draft Ended(Proof.Dsse.StatementSigner report, Appended decision, string boot, long seq, Digest? prev)
    {
        var decided = (DecisionStatement)decision.Written.Statement;
        var statement = new OutcomeStatement
        {
            Nonce = TestPoint.Random128(),
            Origin = decided.Origin,
            Time = decided.Time,
            Clock = decided.Clock,
            Ep = new("gateway", boot, seq, prev),
            Decision = new(decision.Index.Value, decision.Written.Digest),
            Jti = decided.Permit!.Jti,
            Result = "succeeded",
            Code = null,
            Started = decided.Time,
            Ended = decided.Time,
            Effects = new(1, 0, 0),
            Usage = [],
            Stop = null,
            Sealed = [],
        };
        return WrittenStatement.TryWrite(statement, out var written, out var error)
            ? Draft.OfPoint(written, report.Sign(written.Bytes.Span), report.PublicKey, new(boot, seq, written.Digest), s_patience)
            : throw new InvalidOperationException(error);
    }
}
