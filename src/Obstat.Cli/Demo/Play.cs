using System.Collections.Immutable;
using System.Diagnostics;
using Obstat.Proof.Reasons;

namespace Obstat.Cli.Demo;

/// <summary>Plays the rows, one after the other. A row is closed only by its exact code, the journal's exact effects and an entry that verify accepts.</summary>
internal sealed class Play(Stage stage, Action<int> began, Action<RowResult> ended)
{
    private static readonly TimeSpan ProofPatience = TimeSpan.FromSeconds(6);

    private readonly Acts _acts = new(stage);
    private readonly ChangedCopies _copies = new(stage);

    /// <summary>Plays all rows; plane and gateway are started where they do not run.</summary>
    public async Task RunAsync()
    {
        _acts.Watch();
        await stage.EnsureAsync().ConfigureAwait(false);
        foreach (var row in Served())
        {
            ended(await JudgeAsync(row).ConfigureAwait(false));
        }

        foreach (var result in await KillAndReturnAsync().ConfigureAwait(false))
        {
            ended(result);
        }

        ended(await JudgeAsync(Plan.Row(13, _acts.HaltedAsync, e => e.Stopped("order", nameof(DenyReason.Halted)))).ConfigureAwait(false));
        ended(await JudgeCopyAsync(Plan.Row(14, _copies.BundleAsync, _ => null)).ConfigureAwait(false));
        ended(await JudgeCopyAsync(Plan.Row(15, _copies.LedgerAsync, _ => null)).ConfigureAwait(false));
    }

    private IEnumerable<Row> Served() =>
    [
        Plan.Row(1, _acts.PayAsync, e => e.Succeeded()),
        Plan.Row(2, _acts.WithoutPoliciesAsync, e => e.Denied(nameof(DenyReason.PolicyMissing))),
        Plan.Row(3, _acts.PayTooMuchAsync, e => e.Denied(nameof(DenyReason.NotPermitted))),
        Plan.Row(4, _acts.FlippedAsync, e => e.NotRun(nameof(DenyReason.AssertionInvalid))),
        Plan.Row(5, _acts.KeptAsync, e => e.NotRun(nameof(DenyReason.PermitExpired))),
        Plan.Row(6, _acts.AgainAsync, e => e.NotRun(nameof(DenyReason.PermitReplayed))),
        Plan.Row(7, _acts.StolenAsync, e => e.Denied(nameof(DenyReason.NotPermitted))),
        Plan.Row(8, _acts.StrangerAsync, e => e.Denied(nameof(DenyReason.IdentityUnverifiable))),
        Plan.Row(9, _acts.ChangedToolAsync, e => e.Denied(nameof(DenyReason.AttestationBroken))),
    ];

    private async Task<ImmutableArray<RowResult>> KillAndReturnAsync()
    {
        var killed = Plan.Row(10, _acts.KilledAsync, e => e.Gap());
        var silent = Plan.Row(11, () => throw new InvalidOperationException("it began before the row"), e => e.Stopped("silence", nameof(DenyReason.PlaneUnavailable)));
        var back = Plan.Row(12, _acts.BackAsync, e => e.Succeeded() is { } entry && e.Gap() is not null ? entry : null);

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
}
