using System.Diagnostics;
using Obstat.Server.Api;

namespace Obstat.Server.Tests.Planes;

/// <summary>Nothing waits without bounds, and who floods leaves room for the others.</summary>
public sealed class AskQueueTests : IDisposable
{
    private readonly AskQueue _queue = new();

    public void Dispose() => _queue.Dispose();

    private async Task FillAsync(string point, string assertion, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(await _queue.EnterAsync(point, assertion, CancellationToken.None));
        }
    }

    [Fact]
    public void More_messages_than_the_bound_are_not_even_read()
    {
        Assert.All(Enumerable.Range(0, AskQueue.AllMax), _ => Assert.True(_queue.TryCome()));
        Assert.False(_queue.TryCome());
        Assert.Equal(1, _queue.Shed);
        _queue.Leave();
        Assert.True(_queue.TryCome());
    }

    [Fact]
    public async Task One_assertion_that_floods_is_refused_at_once_and_another_is_served()
    {
        await FillAsync("gw", "flood", AskQueue.OfAssertionMax);
        var asked = Stopwatch.StartNew();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => _queue.EnterAsync("gw", "flood", CancellationToken.None))), Assert.False);
        Assert.True(asked.Elapsed < AskQueue.WaitMax * 10, $"{asked.Elapsed}");
        Assert.True(await _queue.EnterAsync("gw", "other", CancellationToken.None));
        Assert.True(await _queue.EnterAsync("gw", null, CancellationToken.None));
        _queue.Exit("gw", "flood");
        Assert.True(await _queue.EnterAsync("gw", "flood", CancellationToken.None));
    }

    [Fact]
    public async Task One_point_that_floods_is_refused_and_another_waits_for_its_turn_alone()
    {
        var waiting = new List<Task<bool>>();
        for (var i = 0; i < AskQueue.OfPointMax; i++)
        {
            waiting.Add(_queue.EnterAsync("flood", $"a{i}", CancellationToken.None));
        }

        Assert.False(await _queue.EnterAsync("flood", "one more", CancellationToken.None));
        Assert.Equal(AskQueue.JudgedMax, waiting.Count(w => w.IsCompletedSuccessfully && w.Result));
        var other = _queue.EnterAsync("quiet", "b", CancellationToken.None);
        Assert.False(other.IsCompleted);
        await Task.WhenAll(waiting); // those beyond what is judged at once gave up
        Assert.Equal(AskQueue.JudgedMax, waiting.Count(w => w.Result));
    }

    [Fact]
    public async Task A_wait_ends_with_a_refusal_and_leaves_nothing_behind()
    {
        for (var i = 0; i < AskQueue.JudgedMax; i++)
        {
            await FillAsync($"p{i}", $"a{i}", 1);
        }

        Assert.False(await _queue.EnterAsync("late", "late", CancellationToken.None));
        using var gone = new CancellationTokenSource();
        var waits = _queue.EnterAsync("gone", "gone", gone.Token);
        await gone.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        for (var i = 0; i < AskQueue.JudgedMax; i++)
        {
            _queue.Exit($"p{i}", $"a{i}");
        }

        await FillAsync("late", "late", AskQueue.OfAssertionMax);
        Assert.Equal(1, _queue.Shed);
    }

    [Fact]
    public async Task What_is_taken_and_given_back_by_many_at_once_is_counted_exactly()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                var (point, assertion) = ($"p{(n + i) % 3}", $"a{(n * i) % 5}");
                if (await _queue.EnterAsync(point, assertion, CancellationToken.None))
                {
                    _queue.Exit(point, assertion);
                }
            }
        })));
        await FillAsync("p0", "a0", AskQueue.OfAssertionMax);
        Assert.False(await _queue.EnterAsync("p0", "a0", CancellationToken.None));
    }
}
