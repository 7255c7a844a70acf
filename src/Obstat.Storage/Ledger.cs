using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Sealing;
using Obstat.Storage.Databases;
using Obstat.Storage.Files;
using Obstat.Storage.Opening;
using Obstat.Storage.Publishing;
using Obstat.Storage.Reading;
using Obstat.Storage.Writing;

namespace Obstat.Storage;

/// <summary>
/// The ledger of one tenant in SQLite: <c>ledger.db</c> in write-ahead mode with full syncs, one writing thread, one process per folder. Opening reads and hashes everything, or from the kept fold on,
/// and refuses with <see cref="LedgerUnavailableException"/> what does not fit. Safe for concurrent use.
/// </summary>
public sealed class Ledger : ILedger, IDisposable
{
    private readonly HeldFolder _held;
    private readonly LedgerReader _writersReader;
    private readonly LedgerReader _makersReader;
    private readonly LedgerReader _publishersReader;
    private readonly Writer _writer;
    private readonly Mover _mover;
    private readonly Publisher _publisher;
    private readonly Reserve _reserve;
    private readonly TimeProvider _time;
    private readonly HeadSigner _heads;
    private int _disposed;
    private int _waiting;
    private long _answered;

    private Ledger(HeldFolder held, LedgerKeys keys, LedgerOptions options, TimeProvider time)
    {
        (_held, _time, _heads) = (held, time, keys.Heads);
        var folder = held.Folder;
        _writersReader = LedgerReader.Open(folder, Origin);
        _makersReader = LedgerReader.Open(folder, Origin);
        _publishersReader = LedgerReader.Open(folder, Origin);
        _reserve = new Reserve(folder, options.ReserveBytes, options.FreeBytes);
        _writer = new Writer(held.Connection, _writersReader, _makersReader, _reserve, held.Opened, keys, options, held.Next, time);
        _mover = new Mover(Database.OpenWriter(Path.Combine(folder, "ledger.db"), erases: false), _writer);
        _publisher = new Publisher(folder, _writer, _publishersReader, held.Guard, held.Folds, keys.Heads, held.Opened.Published, _reserve, options.PublishEvery, time);
    }

    /// <inheritdoc/>
    public string Origin => _heads.Origin;

    /// <inheritdoc/>
    public VerifierKey HeadKey => _heads.VerifierKey;

    /// <inheritdoc/>
    public LedgerState State => _writer.State;

    /// <summary>The folder of its files.</summary>
    public string Folder => _held.Folder;

    /// <summary>The newest group head.</summary>
    public SignedNote? Head => _writer.Head;

    /// <summary>Why nothing is recorded any more; null while all is well. It never becomes null again: the process is to be restarted.</summary>
    public string? Failure => _writer.Failure;

    /// <summary>Why the kept fold was not taken at this start, where there was one: somebody changed or lost it, and the whole log was read instead. Null where all was well.</summary>
    public string? FoldRefused { get; private init; }

    /// <summary>How long appends wait without one of them being answered; zero while none waits.</summary>
    public TimeSpan Lag => Volatile.Read(ref _waiting) == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Volatile.Read(ref _answered));

    /// <summary>Whether the clock is trusted: without it nothing that the plane says is recorded.</summary>
    public bool IsClockTrusted => _writer.IsClockTrusted;

    /// <summary>Whether the disk is nearly full: then nothing is permitted, and everything else is still recorded.</summary>
    public bool IsDiskLow => _reserve.IsLow;

    /// <summary>
    /// Opens the ledger of a folder, or begins one where there is none: checks where it lies, takes its lock, reads and hashes it - whole, or from the kept fold on -, compares it with every head that is known,
    /// announces the keys of this start, and records the gap since the last. Throws <see cref="LedgerUnavailableException"/>, also for a log that ended.
    /// </summary>
    public static Ledger Open(LedgerOptions options, LedgerKeys keys, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(keys);
        options.Check();
        try
        {
            return Open(HeldFolder.Take(options, keys, null), options, keys, time);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidCastException or InvalidOperationException)
        {
            throw new LedgerUnavailableException(e is SqliteException ? $"ledger.db: {e.Message}" : e.Message, e);
        }
    }

    /// <summary>Opens a reader of this ledger; whoever asked for it disposes of it.</summary>
    public LedgerReader Read() => LedgerReader.Open(Folder, Origin);

    /// <inheritdoc/>
    public async Task<AppendResult> AppendAsync(Draft draft, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (draft.Blobs.Any(blob => !IsWhole(blob)) || draft.Snapshots.Any(part => Digest.Of(part.Bytes.Span) != part.Digest))
        {
            return AppendResult.Refused(DenyReason.Fault);
        }

        using var span = LedgerMeter.Spans.StartActivity("obstat.record");
        var started = Stopwatch.GetTimestamp();
        if (Interlocked.Increment(ref _waiting) == 1)
        {
            Volatile.Write(ref _answered, started);
        }

        try
        {
            return await WaitAsync(new Waiting(draft), draft, cancellation);
        }
        finally
        {
            Volatile.Write(ref _answered, Stopwatch.GetTimestamp());
            _ = Interlocked.Decrement(ref _waiting);
            LedgerMeter.Append.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }

    private async Task<AppendResult> WaitAsync(Waiting waiting, Draft draft, CancellationToken cancellation)
    {
        if (_writer.Failure is not null || !_writer.Intake.TryAdd(waiting))
        {
            return AppendResult.Refused(DenyReason.LedgerUnavailable);
        }

        try
        {
            return await waiting.Answer.WaitAsync(draft.Patience, _time, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Whoever decides first: after this either the writer knows that nobody waits, or the answer is there.
            return waiting.Abandon() ? AppendResult.Refused(DenyReason.Late) : await waiting.Answer;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> KeepAsync(StoredBlob blob, CancellationToken cancellation)
    {
        var kept = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            return IsWhole(blob) && _writer.Failure is null && _writer.Intake.TryAdd(blob, kept) && await kept.Task.WaitAsync(Draft.PatienceDefault, _time, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> BeatAsync(CancellationToken cancellation)
    {
        var beat = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            return _writer.Failure is null && _writer.Intake.TryAdd(beat) && await beat.Task.WaitAsync(Draft.PatienceDefault, _time, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public ImmutableArray<OrphanDue> Sweep(DateTimeOffset now)
    {
        var state = _writer.State;
        var late = _writer.NotReleased();
        ImmutableArray<OrphanDue> due = [.. late.Where(state.Open.ContainsKey).Select(jti => new OrphanDue(state.Open[jti], OrphanCause.NotReleased, TimeSpan.Zero))];
        return [.. due.Concat(state.Sweep(now, Orphans.Grace).Where(d => !late.Contains(d.Intent.Jti))).OrderBy(d => d.Intent.Index)];
    }

    /// <summary>Writes what waits and a <c>state</c> entry, publishes the last head, and closes. After a failure it only closes.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _publisher.Stop();
        _mover.Stop();
        _writer.Stop();
        try
        {
            if (_writer.Failure is null && _publisher.Due() is { } note)
            {
                _writer.Publish(note);
            }

            _publisher.KeepFold();
        }
        catch (Exception e) when (e is SqliteException or IOException or LedgerUnavailableException)
        {
            // The entries are durable; what was not published is published by the next start, which reads all of it again.
            _writer.Poison(e.Message);
        }

        Close();
    }

    /// <summary>Closes without a word, as a crash would. For tests of what the next start finds.</summary>
    internal void Abandon()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _writer.Poison("abandoned");
            _publisher.Stop();
            _mover.Stop();
            _writer.Stop();
            Close();
        }
    }

    /// <summary>The writer's connection. For tests that break it.</summary>
    internal SqliteConnection Connection => _held.Connection;

    /// <summary>Moves some blobs of a month that is over; whether there were any. For tests that do not wait for it.</summary>
    internal bool MoveMonths(int entries = BlobMonths.StepMax) => _publisher.MoveMonths(entries);

    /// <summary>Looks at the disk now. For tests that fill it.</summary>
    internal void LookAtDisk() => _reserve.Look();

    private void Close()
    {
        _publisher.Dispose();
        _mover.Dispose();
        _writer.Dispose();
        _writersReader.Dispose();
        _makersReader.Dispose();
        _publishersReader.Dispose();
        _held.Dispose();
    }

    /// <summary>Opens the ledger of a folder that was taken; it belongs to the ledger from here on, and is let go where it cannot be opened.</summary>
    internal static Ledger Open(HeldFolder held, LedgerOptions options, LedgerKeys keys, TimeProvider time)
    {
        try
        {
            if (LogEnd.HasEnded(held.Opened.State))
            {
                throw new LedgerUnavailableException($"{held.Folder}: the log {keys.Heads.Origin} ended with entry {Expect.Digits(held.Opened.State.Size - 1)} and goes on as {held.Opened.State.HeadKeys?.Successor?.Name}");
            }

            var ledger = new Ledger(held, keys, options, time) { FoldRefused = held.FoldRefused };
            try
            {
                ledger._writer.Start();
            }
            catch
            {
                ledger._disposed = 1;
                ledger.Close();
                throw;
            }

            ledger._mover.Start();
            ledger._publisher.Start();
            return ledger;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static bool IsWhole(StoredBlob blob) => SealedBlob.TryScope(blob.Bytes.Span, out _) && Digest.Of(blob.Bytes.Span) == blob.Cipher;
}
