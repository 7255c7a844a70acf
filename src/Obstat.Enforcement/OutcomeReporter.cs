using System.Collections.Concurrent;
using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement;

/// <summary>
/// Reports how admitted executions ended, signed by this boot's report key, each joined to the one before, and each minute with traffic, and last of all, what was said to the plane. Queued, sent
/// behind the caller's back, those that came meanwhile in one message, and sent again, byte for byte, until the plane acknowledges: a lost reply is safe, because the same number with the same body
/// is answered once.
/// </summary>
internal sealed class OutcomeReporter(PointSession session, PlaneClient client, IPointClock clock, int max) : IDisposable
{
    private const int BytesMax = 512 << 10; // of one message; an outcome has about 1.5 KiB
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CoverageEvery = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<(Admission Admission, Ending Ending)> _queue = new();
    private readonly Queue<(byte[] Body, bool IsOwed)> _composed = new();
    private readonly ConcurrentDictionary<string, bool> _running = new(StringComparer.Ordinal); // by jti
    private readonly SemaphoreSlim _signal = new(0);
    private Digest? _prev;
    private TimeSpan _covered = clock.Steady;
    private long _coveredSeq;
    private long _reports;
    private long _effects;
    private bool _isClosed;
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

    /// <summary>An admitted execution begins: until its end is reported, coverage names it as open.</summary>
    public void Began(Admission admission) => _ = _running.TryAdd(admission.Permit.Jti, true);

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

    /// <summary>Sends what is queued and then, as the last report of this boot, what was said. True when the plane has all of it. Called once, when nothing else sends any more.</summary>
    public async Task<bool> CloseAsync(CancellationToken cancellation)
    {
        if (!await SendAsync(cancellation).ConfigureAwait(false) || Lost > 0 || !TryCover(true))
        {
            return false;
        }

        _isClosed = true;
        return await SendAsync(cancellation).ConfigureAwait(false) && Lost == 0;
    }

    /// <summary>Sends what is queued, once each. True when all of it was acknowledged or refused for good. Called by one sender at a time.</summary>
    public async Task<bool> SendAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (clock.Steady - _covered >= CoverageEvery && session.LastSeq > _coveredSeq && _composed.Count < OutcomesReport.OutcomesMax)
            {
                _ = TryCover(false);
            }

            while (_composed.Count < OutcomesReport.OutcomesMax && !_isClosed && _queue.TryDequeue(out var next))
            {
                _composed.Enqueue((Compose(next.Admission, next.Ending), true));
            }

            if (_composed.Count == 0)
            {
                return true;
            }

            (byte[] Body, bool IsOwed)[] bodies = [.. Together()];
            var replies = await PostAsync([.. bodies.Select(b => b.Body)], cancellation).ConfigureAwait(false);
            (byte[] Body, bool IsOwed)[] rest = [.. _composed.Skip(bodies.Length)];
            _composed.Clear();
            for (var i = 0; i < bodies.Length; i++)
            {
                if (!IsDone(replies[i]))
                {
                    _composed.Enqueue(bodies[i]);
                }
                else if (bodies[i].IsOwed)
                {
                    Settle();
                }
            }

            var isRefused = _composed.Count > 0;
            foreach (var body in rest)
            {
                _composed.Enqueue(body);
            }

            if (isRefused)
            {
                return false;
            }
        }
    }

    public void Dispose() => _signal.Dispose();

    /// <summary>Whether a report needs no further sending: acknowledged, or refused for good.</summary>
    public static bool IsFinal(PlaneReply reply) => IsAcknowledged(reply) || IsRefusedForGood(reply);

    /// <summary>The first that were composed, as many as one message may hold.</summary>
    private IEnumerable<(byte[] Body, bool IsOwed)> Together()
    {
        var bytes = 0;
        foreach (var one in _composed.Take(OutcomesReport.OutcomesMax))
        {
            bytes += one.Body.Length;
            if (bytes > BytesMax && bytes > one.Body.Length)
            {
                yield break;
            }

            yield return one;
        }
    }

    /// <summary>What the plane says of each. One alone is a message of its own; several go together, and are answered each by itself.</summary>
    private async Task<PlaneReply[]> PostAsync(byte[][] bodies, CancellationToken cancellation)
    {
        if (bodies.Length == 1)
        {
            return [await client.PostAsync(PlaneRoutes.Outcomes, bodies[0], Deadline, cancellation).ConfigureAwait(false)];
        }

        var reply = await client.PostAsync(PlaneRoutes.OutcomesTogether, OutcomesReport.Write(bodies), Deadline, cancellation).ConfigureAwait(false);
        return reply.Kind != PlaneReplyKind.Answered ? [.. bodies.Select(_ => reply)]
            : PlaneMessage.TryRead<OutcomesAnswer>(reply.Body.Span, out var answer, out _) && answer.Outcomes.Length == bodies.Length ? [.. answer.Outcomes.Select(Of)]
            : [.. bodies.Select(static _ => PlaneReply.None(PlaneReplyKind.Unknown))];
    }

    private static PlaneReply Of(OutcomeAnswer one) => one.Entry is { } entry ? new PlaneReply(PlaneReplyKind.Answered, PlaneMessage.Write(new EntryAnswer(entry)), default)
        : new PlaneReply(one.Status < 500 ? PlaneReplyKind.Refused : PlaneReplyKind.Unable, default, one.Reason);

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
        _ = _running.TryRemove(admission.Permit.Jti, out _);
        _effects += statement.Effects.Calls;
        return Sign(statement);
    }

    /// <summary>Composes what was said. Every number below its own is a report, of which this is the only maker, or an ask. False: too much is open to be named.</summary>
    private bool TryCover(bool isFinal)
    {
        var open = _running.Keys.Order(StringComparer.Ordinal).ToImmutableArray();
        if (open.Length > CoverageStatement.OpenMax || session.View is not { } view)
        {
            return false;
        }

        var seq = session.NextSeq();
        _composed.Enqueue((Sign(new CoverageStatement
        {
            Nonce = Random128.Next(),
            Origin = view.Heads.LogKey.Name,
            Time = Timestamp.From(clock.Wall),
            Clock = PointTime.Clock,
            Ep = new PointSequence(session.Me.Id, session.Me.Boot, seq, _prev),
            ThroughSeq = seq - 1,
            Asks = seq - 1 - _reports,
            Reports = _reports,
            Effects = _effects,
            Open = open,
            Final = isFinal,
        }), false));
        (_covered, _coveredSeq) = (clock.Steady, seq);
        return true;
    }

    private byte[] Sign(ReportStatement statement)
    {
        _reports++;
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
