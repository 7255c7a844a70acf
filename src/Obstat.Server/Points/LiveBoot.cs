using System.Collections.Concurrent;
using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Server.Listeners;

namespace Obstat.Server.Points;

/// <summary>One boot that registered with this start of the plane, and what it was answered: the same message again gets the same answer again, nothing is decided twice.</summary>
internal sealed class LiveBoot(RegisteredPoint point, string kind, long entry)
{
    /// <summary>Answers that are kept.</summary>
    public const int AnswersMax = 4096;

    private readonly ConcurrentDictionary<long, (Digest Body, Lazy<Task<Answer>> Answer)> _answers = new();
    private long _heard = Environment.TickCount64;

    /// <summary>The point.</summary>
    public RegisteredPoint Point => point;

    /// <summary>Its kind.</summary>
    public string Kind => kind;

    /// <summary>Where its registration stands.</summary>
    public long Entry => entry;

    /// <summary>How long it has said nothing.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _heard));

    /// <summary>It said something.</summary>
    public void Heard() => _ = Interlocked.Exchange(ref _heard, Environment.TickCount64);

    /// <summary>The answer to a message: made once by <paramref name="answer"/>, however often it comes. Null: the number was used for another message.</summary>
    public Task<Answer>? Once(long seq, Digest body, Func<Task<Answer>> answer)
    {
        Heard();
        var kept = _answers.GetOrAdd(seq, _ => (body, new Lazy<Task<Answer>>(answer)));
        _ = _answers.TryRemove(seq - AnswersMax, out _);
        return kept.Body == body ? kept.Answer.Value : null;
    }
}
