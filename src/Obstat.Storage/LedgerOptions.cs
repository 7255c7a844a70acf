using Obstat.Proof.Statements;

namespace Obstat.Storage;

/// <summary>Where a ledger lies and how it is bounded. A bad value refuses to open.</summary>
public sealed class LedgerOptions
{
    /// <summary>The folder of ledger.db, vault.db, LOCK and INSTANCE; made with mode 0700 where it is not there. On a local file system.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder that remembers the newest published head, better on another volume: a ledger shorter than it refuses to open. <c>guard</c> below <see cref="Folder"/> unless told.</summary>
    public string? GuardFolder { get; init; }

    /// <summary>What the plane claims about its clock. Within the error the wall clock may step back; beyond it nothing is recorded.</summary>
    public Clock Clock { get; init; } = new("system", 1_000);

    /// <summary>How many drafts may wait: 1 to 16,384.</summary>
    public int WaitingMax { get; init; } = 16_384;

    /// <summary>How many bytes of drafts may wait: 1 MiB to 64 MiB.</summary>
    public long WaitingBytesMax { get; init; } = 64 << 20;

    /// <summary>How often the grown head is published: 100 ms to 60 s.</summary>
    public TimeSpan PublishEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After how many entries a <c>state</c> entry stands: 16 to 65,536.</summary>
    public int StateEvery { get; init; } = 16_384;

    /// <summary>A log of up to so many entries is read whole at each start: 0 to 2^31 - 1. A longer one is read from its kept fold on, at most about <see cref="StateEvery"/> entries; what lies before is read again by the scrubber.</summary>
    public int WholeMax { get; init; } = 16_384;

    /// <summary>While less than so many bytes of the ledger's disk are free, nothing is permitted; denials, outcomes, revocations and halts are still recorded, in as many bytes again that a file of this size held: 0 to 64 GiB, 0 for none.</summary>
    public long ReserveBytes { get; init; } = 256 << 20;

    /// <summary>Free bytes of the ledger's disk. For tests of a full one.</summary>
    internal Func<long>? FreeBytes { get; init; }

    internal void Check()
    {
        if (Folder.Length == 0
            || WaitingMax is < 1 or > 16_384
            || WaitingBytesMax is < 1 << 20 or > 64 << 20
            || PublishEvery < TimeSpan.FromMilliseconds(100) || PublishEvery > TimeSpan.FromSeconds(60)
            || WholeMax < 0
            || ReserveBytes is < 0 or > 64L << 30
            || StateEvery is < 16 or > 65_536
            || Clock.Source.Length == 0 || Clock.MaxErrorMs is < 0 or > 60_000)
        {
            throw new LedgerUnavailableException("an option of the ledger lies outside its bounds");
        }
    }
}
