namespace Obstat.Simulation;

/// <summary>The kinds of faults that one world has: each seed takes some, because all at once hide one another.</summary>
internal sealed record Swarm(bool Loss, bool Duplicates, bool Delays, bool Partitions, bool PointCrashes, bool PlaneCrashes, bool Deposed, bool Freezes, bool DiskFails, bool SlowDisk)
{
    public static Swarm Of(World world) => new(Coin(world), Coin(world), Coin(world), Coin(world), Coin(world), Coin(world), Coin(world), Coin(world), Coin(world), Coin(world));

    private static bool Coin(World world) => world.Below(2) == 0;
}
