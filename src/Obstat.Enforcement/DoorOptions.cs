using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Jws;

namespace Obstat.Enforcement;

/// <summary>What a door is told once, at its start.</summary>
public sealed record DoorOptions
{
    /// <summary>The point's name, 1 to 64 of <c>A-Z a-z 0-9 . _ -</c>.</summary>
    public required string PointId { get; init; }

    /// <summary><c>gateway</c>, <c>runner</c>, <c>sdk</c>, <c>hook</c> or <c>proxy</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Where the plane listens.</summary>
    public required PlaneAddress Plane { get; init; }

    /// <summary>Folder (0700) of the point's own key, of what it pinned and of what it remembers. Whoever can write there chooses the plane.</summary>
    public required string KeyFolder { get; init; }

    /// <summary>The one-time enrolment file; it need not exist once enrolled.</summary>
    public required string EnrolmentFile { get; init; }

    /// <summary>Digest of the program.</summary>
    public required Digest Build { get; init; }

    /// <summary>Digest of the configuration.</summary>
    public required Digest Config { get; init; }

    /// <summary>Obligations that this door can do.</summary>
    public ImmutableArray<string> Obligations { get; init; } = [];

    /// <summary>How long one ask may take until the plane says its own limit at registration: 250 ms.</summary>
    public TimeSpan AskTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a registration may take.</summary>
    public TimeSpan RegisterTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Path of the unix socket, in a folder of mode 0700, that takes an operator's signed halt; null: none.</summary>
    public string? StopSocket { get; init; }

    /// <summary>Keys of the operators whose halts are taken there.</summary>
    public ImmutableArray<JwsKey> Operators { get; init; } = [];

    /// <summary>Whether the kernel kills this process where it is frozen or starved beyond the end of a lease. For a program of its own that is started again; a guest in somebody's process would take that with it.</summary>
    public bool DiesFrozen { get; init; }

    /// <summary>Outcomes that may wait for the plane, with the executions that still run; at the limit nothing new starts.</summary>
    public int OutcomesMax { get; init; } = 16_384;
}
