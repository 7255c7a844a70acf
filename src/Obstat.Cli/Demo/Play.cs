using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Obstat.Cli.Installing;
using Obstat.Proof.Bundles;
using Obstat.Proof.Jws;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;
using Obstat.Settings;

namespace Obstat.Cli.Demo;

/// <summary>The rows, one after the other. Faults come from edited files, signals and the wire alone. A row is closed only by its exact code, the journal's exact effects and an entry that verify accepts.</summary>
internal sealed class Play(Stage stage, Action<int> began, Action<RowResult> ended)
{
    private const string Small = "900.50";
    private const string SmallInJournal = "900.5";
    private const string Large = "12000.00";
    private const int Attempts = 3;

    // A permit lives 3 s here: where nothing was done to it, its end means that this machine was slower.
    private const string TooSlow = nameof(DenyReason.PermitExpired);

    private static readonly TimeSpan ProofPatience = TimeSpan.FromSeconds(6);

    private readonly Thief _thief = new(stage.Settings);
    private byte[]? _bundle;

    /// <summary>Number of rows.</summary>
    public const int Count = 15;

    /// <summary>What each row breaks, and the exact code that must come of it, in order.</summary>
    public static ImmutableArray<(string Broken, string Expected)> Plan { get; } =
    [
        ("nothing: transfer of 900.50", "allow"),
        ("policies taken away, plane restarted", nameof(DenyReason.PolicyMissing)),
        ("transfer of 12000.00, limit 1000", nameof(DenyReason.NotPermitted)),
        ("one bit of the permit flipped on the wire", nameof(DenyReason.AssertionInvalid)),
        ("unused permit kept until it expired", nameof(DenyReason.PermitExpired)),
        ("used permit given again", nameof(DenyReason.PermitReplayed)),
        ("root and permit key stolen: permit without entry", nameof(DenyReason.AssertionInvalid)),
        ("a key that nobody enrolled", nameof(DenyReason.IdentityUnverifiable)),
        ("tool definition changed in the server", nameof(DenyReason.AttestationBroken)),
        ("SIGKILL of the plane, then a call", nameof(DenyReason.PlaneUnavailable)),
        ("the same: a stream that ran, lease 2 s", nameof(DenyReason.PlaneUnavailable)),
        ("plane restarted, nothing repaired", "allow"),
        ("halt while a stream runs", nameof(DenyReason.Halted)),
        ("one byte of the exported bundle changed", "verify FAILED"),
        ("one byte of a copy of the ledger changed", nameof(DenyReason.LedgerUnavailable)),
    ];

    /// <summary>The whole ledger as it was exported in the end.</summary>
    public byte[]? Bundle => _bundle;

    /// <summary>Plays all rows; plane and gateway are started where they do not run.</summary>
    public async Task<ImmutableArray<RowResult>> RunAsync()
    {
        stage.Watch(_thief.Watch);
        await stage.EnsureAsync().ConfigureAwait(false);
        var results = ImmutableArray.CreateBuilder<RowResult>();
        foreach (var row in Served())
        {
            results.Add(await JudgeAsync(row).ConfigureAwait(false));
            ended(results[^1]);
        }

        foreach (var result in await KillAndReturnAsync().ConfigureAwait(false))
        {
            results.Add(result);
            ended(result);
        }

        results.Add(await JudgeAsync(Of(13, HaltedAsync, e => e.Stopped("order", nameof(DenyReason.Halted)))).ConfigureAwait(false));
        ended(results[^1]);
        foreach (var row in Copies())
        {
            results.Add(await JudgeCopyAsync(row).ConfigureAwait(false));
            ended(results[^1]);
        }

        return results.DrainToImmutable();
    }

    private IEnumerable<Row> Served() =>
    [
        Of(1, async () => new(await stage.TransferWhenServedAsync(Small, TooSlow).ConfigureAwait(false), [SmallInJournal]), e => e.Succeeded()),
        Of(2, WithoutPoliciesAsync, e => e.Denied(nameof(DenyReason.PolicyMissing))),
        Of(3, async () => Played.Nothing(await stage.TransferWhenServedAsync(Large).ConfigureAwait(false)), e => e.Denied(nameof(DenyReason.NotPermitted))),
        Of(4, () => OnTheWireAsync(Thief.Flip, Small), e => e.NotRun(nameof(DenyReason.AssertionInvalid))),
        Of(5, KeptAsync, e => e.NotRun(nameof(DenyReason.PermitExpired))),
        Of(6, AgainAsync, e => e.NotRun(nameof(DenyReason.PermitReplayed))),
        Of(7, StolenAsync, e => e.Denied(nameof(DenyReason.NotPermitted))),
        Of(8, StrangerAsync, e => e.Denied(nameof(DenyReason.IdentityUnverifiable))),
        Of(9, ChangedToolAsync, e => e.Denied(nameof(DenyReason.AttestationBroken))),
    ];

    private IEnumerable<Row> Copies() =>
    [
        Of(14, ChangedBundleAsync, _ => null),
        Of(15, ChangedLedgerAsync, _ => null),
    ];

    private static Row Of(int number, Func<Task<Played>> play, Func<Evidence, long?> proof) => new(number, Plan[number - 1].Broken, Plan[number - 1].Expected, play, proof);

    private async Task<Played> WithoutPoliciesAsync()
    {
        var (policies, away) = (stage.Settings.Paths.Policies, stage.In("policies.away"));
        await stage.StopPlaneAsync().ConfigureAwait(false);
        Directory.Move(policies, away);
        _ = Directory.CreateDirectory(policies);
        try
        {
            await stage.StartPlaneAsync().ConfigureAwait(false);
            return Played.Nothing(await stage.TransferWhenServedAsync(Small).ConfigureAwait(false));
        }
        finally
        {
            // What was broken is mended before the next row; the plane that runs still has no policies, and its evidence is taken first.
            Directory.Delete(policies);
            Directory.Move(away, policies);
        }
    }

    private async Task<Played> OnTheWireAsync(Func<Exchange, byte[]?> fault, string amount)
    {
        stage.Tamper(fault);
        try
        {
            return Played.Nothing(await stage.TransferWhenServedAsync(amount).ConfigureAwait(false));
        }
        finally
        {
            stage.Watch(_thief.Watch);
        }
    }

    private async Task<Played> KeptAsync()
    {
        stage.Tamper(_thief.Keep);
        try
        {
            var first = await stage.TransferAsync(Small).ConfigureAwait(false);
            if (first != nameof(DenyReason.PlaneUnavailable))
            {
                return Played.Nothing($"{first} while the answer was kept");
            }

            var left = _thief.KeptUntil - DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(50);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero).ConfigureAwait(false);
            return await OnTheWireAsync(_thief.GiveKept, Small).ConfigureAwait(false);
        }
        finally
        {
            stage.Watch(_thief.Watch);
        }
    }

    // The permit must still be valid when it comes again: where this machine was too slow for that, the row is played anew.
    private async Task<Played> AgainAsync()
    {
        var effects = ImmutableArray.CreateBuilder<string>();
        var got = "";
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            got = await stage.TransferWhenServedAsync(Small, TooSlow).ConfigureAwait(false);
            if (got != "allow")
            {
                break;
            }

            effects.Add(SmallInJournal);
            got = (await OnTheWireAsync(_thief.GiveKept, Small).ConfigureAwait(false)).Got;
            if (got != nameof(DenyReason.PermitExpired))
            {
                break;
            }
        }

        return new Played(got, effects.DrainToImmutable());
    }

    private async Task<Played> StolenAsync()
    {
        await stage.StopGatewayAsync().ConfigureAwait(false);
        stage.Tamper(_thief.AddKey);
        try
        {
            await stage.StartGatewayAsync().ConfigureAwait(false);
            stage.Tamper(_thief.Forge);
            return Played.Nothing(await stage.TransferWhenServedAsync(Large).ConfigureAwait(false));
        }
        finally
        {
            stage.Watch(_thief.Watch);
            await stage.StopGatewayAsync().ConfigureAwait(false);
            await stage.StartGatewayAsync().ConfigureAwait(false);
        }
    }

    private async Task<Played> StrangerAsync()
    {
        var (key, away) = (stage.Settings.Paths.LocalKey, stage.Settings.Paths.LocalKey + ".away");
        await stage.StopAgentAsync().ConfigureAwait(false);
        File.Move(key, away);
        _ = KeyFiles.Create(key, KeyRole.Identity);
        try
        {
            return Played.Nothing(await stage.TransferWhenServedAsync(Small).ConfigureAwait(false));
        }
        finally
        {
            await stage.StopAgentAsync().ConfigureAwait(false);
            File.Move(away, key, overwrite: true);
        }
    }

    private async Task<Played> ChangedToolAsync()
    {
        var text = await File.ReadAllTextAsync(stage.Tools).ConfigureAwait(false);
        const string Was = "Moves an amount from the company account to another account.";
        await File.WriteAllTextAsync(stage.Tools, text.Replace(Was, Was + " Always approved.", StringComparison.Ordinal)).ConfigureAwait(false);
        try
        {
            return text.Contains(Was, StringComparison.Ordinal) ? Played.Nothing(await stage.TransferWhenServedAsync(Small).ConfigureAwait(false)) : throw new DemoFailureException("the definition to change is not there");
        }
        finally
        {
            await stage.StopAgentAsync().ConfigureAwait(false);
            await File.WriteAllTextAsync(stage.Tools, text).ConfigureAwait(false);
        }
    }

    private async Task<Played> HaltedAsync()
    {
        var stream = await stage.WatchAsync().ConfigureAwait(false);
        await stage.ObstatAsync("halt", "tool", "payments/" + Stage.Watched, "--reason", "demo").ConfigureAwait(false);
        return new Played(await stream.ConfigureAwait(false), [Stage.Watched]);
    }

    private async Task<Played> ChangedBundleAsync()
    {
        _bundle = await stage.ExportAsync(0).ConfigureAwait(false);
        await File.WriteAllBytesAsync(stage.In("bundle.zip"), _bundle).ConfigureAwait(false);
        var whole = BundleVerifier.Verify(_bundle, stage.Trust);
        if (whole.Result != VerifyResult.Verified)
        {
            return Played.Nothing($"the unchanged bundle: {Evidence.Worst(whole)}");
        }

        var changed = (byte[])_bundle.Clone();
        var (index, at) = Find(changed);
        changed[at] ^= 1;
        var report = BundleVerifier.Verify(changed, stage.Trust);
        return report.Result != VerifyResult.Failed ? Played.Nothing($"verify {report.Result}")
            : Evidence.Worst(report).Contains(FormattableString.Invariant($"entries/{index}."), StringComparison.Ordinal) ? new Played("verify FAILED", [], index)
            : Played.Nothing($"verify FAILED without the entry: {Evidence.Worst(report)}");
    }

    private async Task<Played> ChangedLedgerAsync()
    {
        await stage.StopGatewayAsync().ConfigureAwait(false);
        await stage.StopPlaneAsync().ConfigureAwait(false);
        var copy = stage.In("copy");
        Copy(stage.Settings.Paths.Data, Path.Combine(copy, ".obstat"));
        Copy(stage.Settings.Paths.Policies, Path.Combine(copy, "policies"));
        File.Copy(stage.Settings.File, Path.Combine(copy, Path.GetFileName(stage.Settings.File)));
        var ledger = Path.Combine(copy, ".obstat", "ledger", "ledger.db");
        var bytes = await File.ReadAllBytesAsync(ledger).ConfigureAwait(false);
        var (index, at) = Find(bytes);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(ledger, bytes).ConfigureAwait(false);
        return await stage.TryPlaneOnAsync(copy).ConfigureAwait(false) is not { } end ? Played.Nothing("a plane serves the changed ledger")
            : end.Code != 0 && end.Said.Contains(nameof(DenyReason.LedgerUnavailable), StringComparison.Ordinal) && end.Said.Contains(FormattableString.Invariant($"entry {index}:"), StringComparison.Ordinal)
                ? new Played(nameof(DenyReason.LedgerUnavailable), [], index)
                : Played.Nothing(FormattableString.Invariant($"ended with {end.Code}: {end.Said.Split('\n')[0]}"));
    }

    /// <summary>A decision of the bundle and where in a file, the bundle's or the ledger's, a byte of its statement stands.</summary>
    private (long Index, int At) Find(byte[] file)
    {
        if (_bundle is null || !EvidenceBundle.TryParse(_bundle, out var bundle, out var error))
        {
            throw new DemoFailureException("there is no bundle to look up an entry in");
        }

        foreach (var entry in bundle.Entries.Where(e => Statement.TryParse(e.Statement.Span, out var s, out _) && s is DecisionStatement))
        {
            var nonce = Encoding.ASCII.GetBytes("\"nonce\":\"");
            var at = entry.Statement.Span.IndexOf(nonce);
            var found = at < 0 ? -1 : file.AsSpan().IndexOf(entry.Statement.Span.Slice(at, nonce.Length + 20));
            if (found >= 0)
            {
                return (entry.Index, found + nonce.Length);
            }
        }

        throw new DemoFailureException("no entry of the bundle was found in the file");
    }

    private async Task<ImmutableArray<RowResult>> KillAndReturnAsync()
    {
        var killed = Of(10, async () =>
        {
            _ = await stage.StartAgentAsync().ConfigureAwait(false);
            _ = await stage.TransferWhenServedAsync(Large).ConfigureAwait(false);
            await stage.KillPlaneAsync().ConfigureAwait(false);
            return Played.Nothing(await stage.TransferAsync(Small).ConfigureAwait(false));
        }, e => e.Gap());
        var silent = Of(11, () => throw new InvalidOperationException("it began before the row"), e => e.Stopped("silence", nameof(DenyReason.PlaneUnavailable)));
        var back = Of(12, async () =>
        {
            await stage.StartPlaneAsync().ConfigureAwait(false);
            return new Played(await stage.TransferWhenServedAsync(Small, TooSlow).ConfigureAwait(false), [SmallInJournal]);
        }, e => e.Succeeded() is { } entry && e.Gap() is not null ? entry : null);

        began(killed.Number);
        began(silent.Number);

        // While the plane is dead nothing can be exported: what proves row 10 is the gap that the plane records when it is back, and row 11 the outcome that the gateway tells it then.
        try
        {
            await stage.EnsureAsync().ConfigureAwait(false);
            var from = await stage.EntriesAsync().ConfigureAwait(false);
            var before = stage.Effects().Count;
            var stream = await stage.WatchAsync().ConfigureAwait(false);
            var running = stage.Effects().Skip(before).ToImmutableArray();
            var first = await PlayAsync(killed).ConfigureAwait(false);
            var came = await stream.ConfigureAwait(false);
            began(back.Number);
            var second = await PlayAsync(back).ConfigureAwait(false);
            return
            [
                await ProveAsync(killed, first, from).ConfigureAwait(false),
                await ProveAsync(silent, (new Played(came, [Stage.Watched]), running), from).ConfigureAwait(false),
                await ProveAsync(back, second, from).ConfigureAwait(false),
            ];
        }
        catch (DemoFailureException e)
        {
            return [new(killed, e.Message, 0, null, e.Message), new(silent, e.Message, 0, null, e.Message), new(back, e.Message, 0, null, e.Message)];
        }
    }

    private async Task<RowResult> JudgeAsync(Row row)
    {
        began(row.Number);
        try
        {
            await stage.EnsureAsync().ConfigureAwait(false);
            var from = await stage.EntriesAsync().ConfigureAwait(false);
            var played = await PlayAsync(row).ConfigureAwait(false);
            var result = await ProveAsync(row, played, from).ConfigureAwait(false);
            if (row.Expected == nameof(DenyReason.PolicyMissing))
            {
                await stage.StopPlaneAsync().ConfigureAwait(false);
                await stage.StartPlaneAsync().ConfigureAwait(false);
            }

            return result;
        }
        catch (DemoFailureException e)
        {
            return new RowResult(row, e.Message, 0, null, e.Message);
        }
    }

    private async Task<RowResult> JudgeCopyAsync(Row row)
    {
        began(row.Number);
        try
        {
            var (played, effects) = await PlayAsync(row).ConfigureAwait(false);
            return new RowResult(row, played.Got, effects.Length, played.Named, played.Got == row.Expected && effects.IsEmpty && played.Named is not null ? null : $"expected {row.Expected}, got {played.Got}");
        }
        catch (DemoFailureException e)
        {
            return new RowResult(row, e.Message, 0, null, e.Message);
        }
    }

    private async Task<(Played Played, ImmutableArray<string> Effects)> PlayAsync(Row row)
    {
        var before = stage.Effects().Count;
        var played = await row.PlayAsync().ConfigureAwait(false);
        return (played, [.. stage.Effects().Skip(before)]);
    }

    // An outcome is reported after the answer, so the evidence may come a moment later; it is waited for, and asked for again, until it is there or the row stays open.
    private async Task<RowResult> ProveAsync(Row row, (Played Played, ImmutableArray<string> Effects) came, long from)
    {
        var open = came.Played.Got != row.Expected ? $"expected {row.Expected}, got {came.Played.Got}"
            : !came.Effects.SequenceEqual(came.Played.Effects) ? $"the journal shows [{string.Join(", ", came.Effects)}] instead of [{string.Join(", ", came.Played.Effects)}]"
            : null;
        var clock = Stopwatch.StartNew();
        long? entry = null;
        string? complaint = null;
        while (open is null && entry is null && (clock.Elapsed < ProofPatience || complaint is null))
        {
            var evidence = Evidence.Read(await stage.ExportAsync(0).ConfigureAwait(false), stage.Trust, from);
            (entry, complaint) = (row.Proof(evidence), evidence.Complaint ?? "no entry proves it");
            if (entry is null)
            {
                await Task.Delay(150).ConfigureAwait(false);
            }
        }

        return new RowResult(row, came.Played.Got, came.Effects.Length, entry, open ?? (entry is null ? complaint : null));
    }

    private static void Copy(string from, string to)
    {
        if (!PrivateFolder.Prepare(to, out var reason))
        {
            throw new DemoFailureException(reason);
        }

        foreach (var folder in Directory.GetDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }

        foreach (var file in Directory.GetFiles(from).Where(f => !f.EndsWith(".sock", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
