using System.Collections.Concurrent;
using System.Collections.Immutable;
using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Proof.Messages;
using Obstat.Server.Listeners;

namespace Obstat.Server.Points;

/// <summary>One boot that registered with this start of the plane, and what it was answered: the same message again gets the same answer again, nothing is decided twice.</summary>
internal sealed class LiveBoot(RegisteredPoint point, PointRegistration registration, long entry)
{
    /// <summary>Answers that are kept.</summary>
    public const int AnswersMax = 4096;

    private readonly ConcurrentDictionary<long, (Digest Body, Lazy<Task<Answer>> Answer)> _answers = new();
    private readonly Lock _saying = new();
    private readonly SortedDictionary<string, long> _differsSince = new(StringComparer.Ordinal);
    private (EffectivePolicy Policy, string Token, long At)? _said;
    private bool _driftTold;
    private int _haltedForDrift;
    private readonly long _since = Environment.TickCount64;
    private long _heard = Environment.TickCount64;

    /// <summary>The point.</summary>
    public RegisteredPoint Point => point;

    /// <summary>What it said of itself when it registered.</summary>
    public PointRegistration Registration => registration;

    /// <summary>Its probes that have no entry yet.</summary>
    public CanaryTally Canaries { get; } = new();

    /// <summary>What it said last that it enforces by, with the token and when that came; null before.</summary>
    public (EffectivePolicy Policy, string Token, long At)? Said
    {
        get
        {
            lock (_saying)
            {
                return _said;
            }
        }
    }

    /// <summary>What of it differs from what the plane published.</summary>
    public ImmutableArray<string> Differences
    {
        get
        {
            lock (_saying)
            {
                return [.. _differsSince.Keys];
            }
        }
    }

    /// <summary>Where its registration stands.</summary>
    public long Entry => entry;

    /// <summary>How long it has said nothing.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _heard));

    /// <summary>How long ago it registered with this start of the plane.</summary>
    public TimeSpan Age => TimeSpan.FromMilliseconds(Environment.TickCount64 - _since);

    /// <summary>It said what it enforces by.</summary>
    /// <param name="policy">What it said.</param>
    /// <param name="token">The same, signed.</param>
    /// <param name="at">When it came: a timestamp of the plane's clock.</param>
    /// <param name="differences">What of it differs; what did before, and does still, differs since then.</param>
    public void Say(EffectivePolicy policy, string token, long at, ImmutableArray<string> differences)
    {
        lock (_saying)
        {
            _said = (policy, token, at);
            foreach (var gone in _differsSince.Keys.Except(differences, StringComparer.Ordinal).ToArray())
            {
                _ = _differsSince.Remove(gone);
            }

            foreach (var differing in differences)
            {
                _ = _differsSince.TryAdd(differing, at);
            }

            _driftTold &= _differsSince.Count > 0;
        }
    }

    /// <summary>For how long something differs.</summary>
    public TimeSpan DriftsFor(TimeProvider clock)
    {
        lock (_saying)
        {
            return _differsSince.Count == 0 ? TimeSpan.Zero : clock.GetElapsedTime(_differsSince.Values.Min());
        }
    }

    /// <summary>Whether the drift is to be told now: once.</summary>
    public bool TellsDrift()
    {
        lock (_saying)
        {
            return !_driftTold && (_driftTold = true);
        }
    }

    /// <summary>Whether the point is to be halted for its drift now: once.</summary>
    public bool HaltsForDrift() => Interlocked.Exchange(ref _haltedForDrift, 1) == 0;

    /// <summary>It said something.</summary>
    public void Heard() => _ = Interlocked.Exchange(ref _heard, Environment.TickCount64);

    /// <summary>Answers that are kept for messages that come again.</summary>
    public int Kept => _answers.Count;

    /// <summary>The answer to a message: made once by <paramref name="answer"/>, however often it comes. Null: the number was used for another message.</summary>
    public Task<Answer>? Once(long seq, Digest body, Func<Task<Answer>> answer)
    {
        Heard();
        var kept = _answers.GetOrAdd(seq, _ => (body, new Lazy<Task<Answer>>(answer)));
        _ = _answers.TryRemove(seq - AnswersMax, out _);
        return kept.Body == body ? kept.Answer.Value : null;
    }
}
