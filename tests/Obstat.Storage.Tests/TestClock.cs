namespace Obstat.Storage.Tests;

/// <summary>A real clock whose wall time can be moved.</summary>
internal sealed class TestClock : TimeProvider
{
    private long _offset;

    public void Move(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));
}
