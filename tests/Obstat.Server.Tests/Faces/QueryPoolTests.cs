using Obstat.Server.Faces;
using Obstat.Server.Keys;
using Obstat.Server.Tests.Planes;
using Obstat.Storage;

namespace Obstat.Server.Tests.Faces;

/// <summary>Faces have four threads and two seconds: what does not fit is busy, and nothing else notices.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class QueryPoolTests : IDisposable
{
    private readonly TestInstallation _home = new();
    private readonly PlaneKeys _keys;
    private readonly WorkingKeys _working = new(DateTimeOffset.UtcNow);
    private readonly Ledger _ledger;
    private readonly QueryPool _pool;

    public QueryPoolTests()
    {
        _keys = PlaneKeys.TryLoad(_home.Settings, out var keys, out var reason) ? keys : throw new InvalidOperationException(reason);
        _ledger = Ledger.Open(
            new LedgerOptions { Folder = _home.Settings.Paths.Ledger },
            new LedgerKeys { Heads = _keys.Heads, Statements = _working.Statements, Root = _keys.RootSigner.PublicKey, Announce = place => _working.Announce(place, _keys) },
            TimeProvider.System);
        _pool = new QueryPool(_ledger, new Damage());
    }

    public void Dispose()
    {
        _pool.Dispose();
        _ledger.Dispose();
        _working.Dispose();
        _keys.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task A_fifth_question_beside_four_that_hang_is_busy_after_two_seconds_and_the_next_one_is_answered()
    {
        using var go = new ManualResetEventSlim();
        using var begun = new CountdownEvent(QueryPool.Threads);
        var hanging = Enumerable.Range(0, QueryPool.Threads).Select(i => _pool.AskAsync(
            desk =>
            {
                _ = begun.Signal();
                go.Wait();
                return i;
            },
            CancellationToken.None)).ToArray();
        begun.Wait();
        var started = TimeProvider.System.GetTimestamp();
        Assert.False((await _pool.AskAsync(_ => 5, CancellationToken.None)).IsAnswered);
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= QueryPool.Patience - TimeSpan.FromMilliseconds(50));
        Assert.All(await Task.WhenAll(hanging), h => Assert.False(h.IsAnswered));
        go.Set();
        (bool IsAnswered, int Answer) next;
        do
        {
            next = await _pool.AskAsync(_ => 6, CancellationToken.None);
        }
        while (!next.IsAnswered);
        Assert.Equal(6, next.Answer);
    }

    [Fact]
    public async Task A_question_that_fails_fails_where_it_was_asked_and_ends_no_thread()
    {
        for (var i = 0; i < QueryPool.Threads * 2; i++)
        {
            _ = await Assert.ThrowsAsync<InvalidOperationException>(() => _pool.AskAsync<int>(_ => throw new InvalidOperationException("no"), CancellationToken.None));
        }

        Assert.Equal((true, 7), await _pool.AskAsync(_ => 7, CancellationToken.None));
    }

    [Fact]
    public async Task More_questions_than_can_wait_are_busy_at_once()
    {
        using var go = new ManualResetEventSlim();
        var asked = Enumerable.Range(0, 200).Select(i => _pool.AskAsync(
            _ =>
            {
                go.Wait();
                return i;
            },
            CancellationToken.None)).ToArray();
        go.Set();
        Assert.InRange((await Task.WhenAll(asked)).Count(a => !a.IsAnswered), 200 - 64 - QueryPool.Threads, 200);
    }
}
