using System.Collections.Concurrent;

namespace Obstat.Server.Api;

/// <summary>
/// Admission of asks before any signature is looked at: so many are judged at once, some more wait a moment, and of each enforcement point and of each presented assertion there is only a share, so that one
/// that floods leaves room for the others. What does not fit is refused at once, what waited too long is too. Stops, beats, reports and operators do not come through here. Safe for concurrent use.
/// </summary>
internal sealed class AskQueue : IDisposable
{
    /// <summary>Asks that are judged at once.</summary>
    public const int JudgedMax = 320;

    /// <summary>Asks that are judged or wait: of all points, of one point, with one assertion.</summary>
    public const int AllMax = 1024;

    /// <summary>Asks of one point.</summary>
    public const int OfPointMax = 512;

    /// <summary>Asks with one assertion. Whose it is nobody knows yet, but only who has it can present it.</summary>
    public const int OfAssertionMax = 256;

    /// <summary>How long one may wait.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _judged = new(JudgedMax, JudgedMax);
    private readonly ConcurrentDictionary<string, int> _shares = new(StringComparer.Ordinal);
    private int _all;
    private long _shed;

    /// <summary>Asks that were refused here since the start.</summary>
    public long Shed => Interlocked.Read(ref _shed);

    public void Dispose() => _judged.Dispose();

    /// <summary>Whether one more message is read at all. True is given back by <see cref="Leave"/>.</summary>
    public bool TryCome()
    {
        if (Interlocked.Increment(ref _all) <= AllMax)
        {
            return true;
        }

        Leave();
        return Refuse();
    }

    /// <summary>The message was answered.</summary>
    public void Leave() => _ = Interlocked.Decrement(ref _all);

    /// <summary>Waits for its turn. True is given back by <see cref="Exit"/> with the same names.</summary>
    /// <param name="point">Id of the registered point.</param>
    /// <param name="assertion">What it presents as the caller's identity; null for nothing.</param>
    /// <param name="cancellation">Ends the wait: whoever asked is gone.</param>
    public async Task<bool> EnterAsync(string point, string? assertion, CancellationToken cancellation)
    {
        var (ofPoint, ofAssertion) = (OfPoint(point), OfAssertion(assertion));
        if (!TryTake(ofPoint, OfPointMax))
        {
            return Refuse();
        }

        if (!TryTake(ofAssertion, OfAssertionMax))
        {
            Give(ofPoint);
            return Refuse();
        }

        var entered = false;
        try
        {
            entered = await _judged.WaitAsync(WaitMax, cancellation);
        }
        finally
        {
            if (!entered)
            {
                Give(ofPoint);
                Give(ofAssertion);
            }
        }

        return entered || Refuse();
    }

    /// <summary>It was judged.</summary>
    public void Exit(string point, string? assertion)
    {
        _ = _judged.Release();
        Give(OfPoint(point));
        Give(OfAssertion(assertion));
    }

    private static string OfPoint(string point) => "p " + point;

    private static string OfAssertion(string? assertion) => "a " + assertion;

    private bool Refuse()
    {
        _ = Interlocked.Increment(ref _shed);
        return false;
    }

    private bool TryTake(string name, int max)
    {
        if (_shares.AddOrUpdate(name, 1, static (_, count) => count + 1) <= max)
        {
            return true;
        }

        Give(name);
        return false;
    }

    private void Give(string name)
    {
        // Gone with the last one: the table holds what is here now, and nothing of the past.
        if (_shares.AddOrUpdate(name, 0, static (_, count) => count - 1) == 0)
        {
            _ = _shares.TryRemove(new KeyValuePair<string, int>(name, 0));
        }
    }
}
