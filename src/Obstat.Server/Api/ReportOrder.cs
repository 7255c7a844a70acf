using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Api;

/// <summary>
/// Brings the reports of a boot into the order of their chain. A point sends several at once, over several connections; each is given to the ledger right behind the one that
/// it joins, without waiting for that one's commit. What comes before its turn waits for 1 s at most, then it is <c>Late</c> and the point sends it again. Safe for concurrent use.
/// </summary>
internal sealed class ReportOrder
{
    private const int WaitingMax = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Chain> _chains = new(StringComparer.Ordinal);

    /// <summary>Appends a report when it is its turn.</summary>
    /// <param name="boot">Whose report.</param>
    /// <param name="prev">The report that it joins; null: it is the first.</param>
    /// <param name="digest">The report itself.</param>
    /// <param name="recorded">The newest report of the boot in the ledger.</param>
    /// <param name="append">Gives it to the ledger before it first waits.</param>
    public async Task<AppendResult> AppendAsync(string boot, Digest? prev, Digest digest, Func<Digest?> recorded, Func<Task<AppendResult>> append)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            Task? turn = null;
            (Task<AppendResult> Own, Task<AppendResult>? Before)? begun = null;
            lock (_lock)
            {
                if (!_chains.TryGetValue(boot, out var chain))
                {
                    _chains.Add(boot, chain = new Chain());
                }

                if (prev is null || prev == (chain.InFlight == 0 ? recorded() : chain.Tail))
                {
                    begun = chain.Begin(digest, append());
                }
                else if (chain.Waiting < WaitingMax)
                {
                    chain.Waiting++;
                    turn = chain.Moved.Task;
                }
            }

            if (begun is { } mine)
            {
                return await EndAsync(boot, mine.Own, mine.Before);
            }

            var isMoved = turn is not null && await Task.WhenAny(turn, Task.Delay(Timeout.Infinite, deadline.Token)) == turn;
            lock (_lock)
            {
                if (turn is not null)
                {
                    _chains[boot].Waiting--;
                }

                Forget(boot);
            }

            if (!isMoved)
            {
                return AppendResult.Refused(DenyReason.Late);
            }
        }
    }

    private async Task<AppendResult> EndAsync(string boot, Task<AppendResult> own, Task<AppendResult>? before)
    {
        try
        {
            var result = await own;

            // Behind one that was refused nothing can join: it is refused for the same reason, and comes again if that one does.
            return before is not null && result.Match(static _ => false, static _ => true) ? (await before).Match(_ => result, AppendResult.Refused) : result;
        }
        finally
        {
            lock (_lock)
            {
                _chains[boot].End();
                Forget(boot);
            }
        }
    }

    private void Forget(string boot)
    {
        if (_chains[boot] is { InFlight: 0, Waiting: 0 })
        {
            _ = _chains.Remove(boot);
        }
    }

    private sealed class Chain
    {
        private Task<AppendResult>? _last;

        public Digest? Tail { get; private set; }

        public int InFlight { get; private set; }

        public int Waiting { get; set; }

        /// <summary>Ends when the tail moves, or when nothing is in flight any more.</summary>
        public TaskCompletionSource Moved { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public (Task<AppendResult> Own, Task<AppendResult>? Before) Begin(Digest digest, Task<AppendResult> own)
        {
            var before = InFlight++ == 0 ? null : _last;
            (Tail, _last) = (digest, own);
            Move();
            return (own, before);
        }

        public void End()
        {
            if (--InFlight == 0)
            {
                Move();
            }
        }

        private void Move()
        {
            Moved.SetResult();
            Moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
