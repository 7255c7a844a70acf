using System.Collections.Immutable;
using Obstat.Core.Records;
using Obstat.Proof.Notes;

namespace Obstat.Core.Tests.Way;

/// <summary>Tells an entry that was recorded for another message.</summary>
internal sealed class StaleLedger(ILedger inner, Appended answer) : ILedger
{
    public string Origin => inner.Origin;

    public VerifierKey HeadKey => inner.HeadKey;

    public LedgerState State => inner.State;

    public Task<AppendResult> AppendAsync(Draft draft, CancellationToken cancellation) => Task.FromResult(AppendResult.Durable(answer));

    public Task<bool> KeepAsync(StoredBlob blob, CancellationToken cancellation) => inner.KeepAsync(blob, cancellation);

    public Task<bool> BeatAsync(CancellationToken cancellation) => inner.BeatAsync(cancellation);

    public ImmutableArray<OrphanDue> Sweep(DateTimeOffset now) => inner.Sweep(now);
}

/// <summary>Never answers.</summary>
internal sealed class HangingLedger(ILedger inner) : ILedger
{
    public string Origin => inner.Origin;

    public VerifierKey HeadKey => inner.HeadKey;

    public LedgerState State => inner.State;

    public async Task<AppendResult> AppendAsync(Draft draft, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        throw new InvalidOperationException();
    }

    public Task<bool> KeepAsync(StoredBlob blob, CancellationToken cancellation) => inner.KeepAsync(blob, cancellation);

    public Task<bool> BeatAsync(CancellationToken cancellation) => inner.BeatAsync(cancellation);

    public ImmutableArray<OrphanDue> Sweep(DateTimeOffset now) => inner.Sweep(now);
}

/// <summary>Throws what nobody foresaw.</summary>
internal sealed class ThrowingLedger(ILedger inner) : ILedger
{
    public string Origin => inner.Origin;

    public VerifierKey HeadKey => inner.HeadKey;

    public LedgerState State => inner.State;

    public Task<AppendResult> AppendAsync(Draft draft, CancellationToken cancellation) => throw new DivideByZeroException();

    public Task<bool> KeepAsync(StoredBlob blob, CancellationToken cancellation) => inner.KeepAsync(blob, cancellation);

    public Task<bool> BeatAsync(CancellationToken cancellation) => inner.BeatAsync(cancellation);

    public ImmutableArray<OrphanDue> Sweep(DateTimeOffset now) => inner.Sweep(now);
}
