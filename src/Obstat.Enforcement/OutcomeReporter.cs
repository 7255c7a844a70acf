using System.Collections.Concurrent;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>
/// Reports how admitted executions ended, signed by this boot's report key, each joined to the one before. Queued, sent behind the caller's back, and sent again, byte for byte,
/// until the plane acknowledges: a lost reply is safe, because the same number with the same body is answered once.
/// </summary>
internal sealed class OutcomeReporter(PointSession session, PlaneClient client, IPointClock clock, int max) : IDisposable
{
    private const int InFlightMax = 16;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    private readonly ConcurrentQueue<(Admission Admission, Ending Ending)> _queue = new();
    private readonly Queue<byte[]> _composed = new();
    private readonly SemaphoreSlim _signal = new(0);
    private Digest? _prev;
    private int _open;

    /// <summary>Outcomes that the plane refused for good: they end as orphans there.</summary>
    public int Lost { get; private set; }

    /// <summary>Outcomes owed: executions that run, and reports that are not acknowledged.</summary>
    public int Owed => Volatile.Read(ref _open);

    /// <summary>Owes one more. False when too many are owed: then nothing new may start, because its end could not be told.</summary>
    public bool TryOwe()
    {
        if (Interlocked.Increment(ref _open) <= max)
        {
            return true;
        }

        Settle();
        return false;
    }

    /// <summary>Owes one less without a report: nothing was admitted.</summary>
    public void Settle() => _ = Interlocked.Decrement(ref _open);

    /// <summary>Queues the end of an admitted execution.</summary>
    public void Report(Admission admission, Ending ending)
    {
        _queue.Enqueue((admission, ending));
        _ = _signal.Release();
    }

    /// <summary>Wakes the sender: something changed that may let it go on.</summary>
    public void Wake() => _ = _signal.Release();

    /// <summary>Waits until something is to be sent.</summary>
    public async Task WaitAsync(TimeSpan time, CancellationToken cancellation)
    {
        _ = await _signal.WaitAsync(time, cancellation).ConfigureAwait(false);
        while (_signal.Wait(0, CancellationToken.None))
        {
            // One round sends all that is queued.
        }
    }

    /// <summary>Sends what is queued, once each. True when all of it was acknowledged or refused for good. Called by one sender at a time.</summary>
    public async Task<bool> SendAsync(CancellationToken cancellation)
    {
        while (true)
        {
            while (_composed.Count < InFlightMax && _queue.TryDequeue(out var next))
            {
                _composed.Enqueue(Compose(next.Admission, next.Ending));
            }

            if (_composed.Count == 0)
            {
                return true;
            }

            byte[][] bodies = [.. _composed];
            var replies = await Task.WhenAll(bodies.Select(b => client.PostAsync(PlaneRoutes.Outcomes, b, Deadline, cancellation))).ConfigureAwait(false);
            _composed.Clear();
            for (var i = 0; i < bodies.Length; i++)
            {
                if (IsDone(replies[i]))
                {
                    Settle();
                }
                else
                {
                    _composed.Enqueue(bodies[i]);
                }
            }

            if (_composed.Count > 0)
            {
                return false;
            }
        }
    }

    public void Dispose() => _signal.Dispose();

    /// <summary>Whether a report needs no further sending: acknowledged, or refused for good.</summary>
    public static bool IsFinal(PlaneReply reply) => IsAcknowledged(reply) || IsRefusedForGood(reply);

    private bool IsDone(PlaneReply reply)
    {
        Lost += IsRefusedForGood(reply) ? 1 : 0;
        return IsFinal(reply);
    }

    private static bool IsAcknowledged(PlaneReply reply) => reply.Kind == PlaneReplyKind.Answered && PlaneMessage.TryRead<EntryAnswer>(reply.Body.Span, out _, out _);

    // A plane that does not know this boot yet, or cannot write now, may take the same report later; what it will never take is not offered again.
    private static bool IsRefusedForGood(PlaneReply reply) => reply.Kind == PlaneReplyKind.Refused
        && reply.Reason is not (DenyReason.PlaneUnavailable or DenyReason.LedgerUnavailable or DenyReason.Late or DenyReason.Fault or DenyReason.Halted or DenyReason.IdentityUnverifiable);

    private byte[] Compose(Admission admission, Ending ending)
    {
        var statement = new OutcomeStatement
        {
            Nonce = Random128.Next(),
            Origin = admission.Origin,
            Time = Timestamp.From(clock.Wall),
            Clock = PointTime.Clock,
            Ep = new PointSequence(session.Me.Id, session.Me.Boot, session.NextSeq(), _prev),
            Decision = new EntryReference(admission.Entry, admission.StatementDigest),
            Jti = admission.Permit.Jti,
            Result = Word(ending.Result),
            Code = ending.Code?.ToCode(),
            Started = ending.Started is { } started ? Timestamp.From(started) : null,
            Ended = Timestamp.From(ending.Ended),
            Effects = new EffectCounts(ending.Started is null ? 0 : 1, ending.BytesIn, ending.BytesOut),
            Usage = [],
            Stop = StopOf(admission, ending),
            Sealed = [],
        };
        var bytes = statement.ToBytes();
        _prev = Statement.DigestOf(bytes);
        return new Envelope(bytes, session.ReportSigner.Sign(bytes)).ToBytes();
    }

    private StopFacts? StopOf(Admission admission, Ending ending)
        => admission.Lease?.Stop is not { } stop ? null : new StopFacts(
            stop.Cause,
            null,
            Microseconds(stop.Latched - stop.Triggered),
            Microseconds(ending.Stopped is { } stopped ? stopped - stop.Latched : clock.Steady - stop.Latched),
            admission.LastStep is { } last ? Timestamp.From(last) : null);

    private static long Microseconds(TimeSpan time) => time > TimeSpan.Zero ? (long)time.TotalMicroseconds : 0;

    private static string Word(EndResult result) => result switch
    {
        EndResult.Succeeded => "succeeded",
        EndResult.Failed => "failed",
        EndResult.Killed => "killed",
        EndResult.Expired => "expired",
        EndResult.Refused => "refused",
        EndResult.Withheld => "withheld",
        _ => "unknown",
    };
}
