using Obstat.Proof.Leases;
using Obstat.Proof.Statements;

namespace Obstat.Simulation;

/// <summary>One world: a plane with its successors, two points, clients, operators, a network and a disk, for 4 virtual seconds with faults and a few without.</summary>
internal sealed class Scene
{
    public const int Stranger = 3;
    private const int Principals = 3;
    private const double QuietMs = 4_000;
    private const double FaultsEndMs = 4_000;

    public static readonly DateTimeOffset Start = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    private readonly PointNode[] _points;
    private readonly HashSet<(string Point, bool ToPlane)> _cut = [];
    private readonly List<PlaneNode> _planes = [];
    private long _epoch;
    private int _execution;
    private int _halts;
    private bool _restarting;

    public Scene(World world, Plant plant)
    {
        (World, Plant) = (world, plant);
        Swarm = Swarm.Of(world);
        Oracle = new Oracle(world, true);
        _points = [new PointNode(this, "gw-1"), new PointNode(this, "gw-2")];
    }

    public World World { get; }

    public Plant Plant { get; }

    public Swarm Swarm { get; }

    public Oracle Oracle { get; }

    /// <summary>The log.</summary>
    public Disk Disk { get; } = new();

    /// <summary>On the disk.</summary>
    public HashSet<int> Revoked { get; } = [];

    /// <summary>Boots of each point in the order of their registration, on the disk.</summary>
    public Dictionary<string, List<PointBoot>> Boots { get; } = [];

    /// <summary>Executions that were decided, on the disk.</summary>
    public HashSet<int> Recorded { get; } = [];

    /// <summary>In the spool: the halt of each principal, and those that were lifted.</summary>
    public SortedDictionary<int, string> Halted { get; } = [];

    public List<(int Principal, string Id)> Lifted { get; } = [];

    /// <summary>The start that holds the lock of the database.</summary>
    public PlaneNode? Leader { get; private set; }

    public static Scope ScopeOf(int principal) => new(ScopeKind.Principal, "p-" + principal);

    public bool IsStopped(int principal) => Revoked.Contains(principal) || Halted.ContainsKey(principal);

    /// <summary>Plays the world; gives what was violated.</summary>
    public IReadOnlyList<string> Play()
    {
        StartPlane();
        foreach (var point in _points)
        {
            point.Start();
        }

        Clients();
        Operators();
        Faults();
        World.RunUntil(FaultsEndMs);
        World.HasFaults = false;
        _cut.Clear();
        World.RunUntil(FaultsEndMs + QuietMs);
        var wanted = Enumerable.Range(0, Principals).FirstOrDefault(p => !IsStopped(p), -1);
        var (served, execution) = (wanted < 0, 0);
        for (var attempt = 0; attempt < 8 && !served; attempt++)
        {
            execution = ++_execution;
            _points[attempt % 2].Ask(execution, wanted, false, told => served |= told);
            World.RunUntil(FaultsEndMs + QuietMs + (500 * (attempt + 1)));
        }

        Oracle.Quiet(served, execution);
        for (var more = 1; more <= 8 && Oracle.OwesEvidence; more++)
        {
            World.RunUntil((World.Now / 1000.0) + 500);
        }

        Oracle.Told();
        Oracle.Verify(Disk.Leaves);
        return Oracle.Violations;
    }

    /// <summary>To whichever plane the network has: the leader, or, in some worlds, one that was deposed.</summary>
    public void Send(PointNode point, Action<PlaneNode> message)
    {
        var plane = World.Buggify(Swarm.Deposed, 0.1) && _planes.Count > 0 ? _planes[World.Below(_planes.Count)] : Leader;
        if (plane is not null)
        {
            Deliver(point.Id, true, () =>
            {
                if (!plane.IsDead)
                {
                    message(plane);
                }
            });
        }
    }

    public void Reply(PointNode point, Action message) => Deliver(point.Id, false, () => point.Awake(message));

    public void Push(PlaneNode plane, Order order)
    {
        foreach (var point in _points)
        {
            Deliver(point.Id, false, () =>
            {
                if (!plane.IsDead)
                {
                    point.Take(order);
                }
            });
        }
    }

    public string NextHalt(int principal) => $"halt-{principal}-{Lifted.Count + Halted.Count + (++_halts)}";

    public void RestartPlane(double afterMs)
    {
        if (_restarting)
        {
            return;
        }

        _restarting = true;
        if (Leader is { } dying)
        {
            // A deposed start may live on; a crashed one is gone.
            dying.IsDead = !World.Buggify(Swarm.Deposed, 0.5);
            Leader = null;
        }

        World.Trace("plane down", _epoch);
        World.After(afterMs, StartPlane);
    }

    private void StartPlane()
    {
        _restarting = false;
        if (Plant == Plant.RewrittenTail)
        {
            Disk.DropTail();
        }

        Leader = new PlaneNode(this, ++_epoch);
        _planes.Add(Leader);
        Leader.Restore();
        Leader.Sweep();
        World.Trace("plane up", _epoch);
    }

    private void Deliver(string point, bool toPlane, Action message)
    {
        if (_cut.Contains((point, toPlane)) || World.Buggify(Swarm.Loss, 0.15))
        {
            return;
        }

        World.After(0.1 + (World.Below(20) / 10.0) + (World.Buggify(Swarm.Delays, 0.1) ? World.Below(1500) : 0), message);
        if (World.Buggify(Swarm.Duplicates, 0.1))
        {
            World.After(1 + World.Below(2500), message);
        }
    }

    private void Clients() => World.After(50 + World.Below(500), () =>
    {
        if (World.HasFaults)
        {
            var principal = World.Below(Principals + 1);
            _points[World.Below(2)].Ask(++_execution, principal, World.Below(3) > 0);
            Clients();
        }
    });

    private void Operators() => World.After(700 + World.Below(2500), () =>
    {
        if (World.HasFaults)
        {
            var principal = World.Below(Principals);
            switch (World.Below(4))
            {
                case 0:
                    Leader?.Stop(principal, halt: false);
                    break;
                case 1 or 2 when !Halted.ContainsKey(principal):
                    Leader?.Stop(principal, halt: true);
                    break;
                default:
                    if (Halted.Count > 0)
                    {
                        Leader?.Lift(Halted.First().Key);
                    }

                    break;
            }

            Operators();
        }
    });

    private void Faults() => World.After(200 + World.Below(1500), () =>
    {
        var point = _points[World.Below(2)];
        if (World.Buggify(Swarm.Freezes, 0.4))
        {
            World.Trace("freeze", 0);
            point.Freeze(200 + World.Below(2500));
        }

        if (World.Buggify(Swarm.PointCrashes, 0.3))
        {
            point.Start();
        }

        if (World.Buggify(Swarm.PlaneCrashes, 0.3))
        {
            RestartPlane(100 + World.Below(1500));
        }

        if (World.Buggify(Swarm.Partitions, 0.4))
        {
            var (toPlane, toPoint) = (World.Below(3) > 0, World.Below(3) > 0);
            _ = toPlane && _cut.Add((point.Id, true));
            _ = toPoint && _cut.Add((point.Id, false));
            World.Trace("cut", 0);
            World.After(300 + World.Below(2000), () => _cut.RemoveWhere(c => c.Point == point.Id));
        }

        if (World.HasFaults)
        {
            Faults();
        }
    });
}
