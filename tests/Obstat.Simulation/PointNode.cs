using System.Collections.Immutable;
using Obstat.Enforcement;
using Obstat.Enforcement.Leases;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Simulation;

/// <summary>One enforcement point: the product's table of leases, its stops and its memory of used permits. A crash takes all of it but the halts; a freeze takes nothing but time.</summary>
internal sealed class PointNode(Scene scene, string id)
{
    private readonly World _world = scene.World;
    private readonly Dictionary<int, HeldLease> _running = [];
    private readonly List<int> _owed = [];
    private PointStops _stops = new();
    private SingleUse _used = new();
    private LeaseTable _table = new(new PointBoot(id, "none"), new StopTimes());
    private PointBoot _boot = new(id, "none");
    private long _frozenUntil;
    private int _life;
    private bool _registered;

    public string Id => id;

    private TimeSpan Steady => TimeSpan.FromMicroseconds(_world.Now) + TimeSpan.FromHours(1);

    private DateTimeOffset Wall => Scene.Start + TimeSpan.FromMicroseconds(_world.Now);

    /// <summary>Another boot begins: memory is empty, what was halted is not forgotten.</summary>
    public void Start()
    {
        var halts = _stops.Halts.Values.ToArray();
        foreach (var lease in _running.Values)
        {
            lease.Dispose();
        }

        _running.Clear();
        _owed.Clear();
        (_stops, _used, _boot, _registered) = (new PointStops(), new SingleUse(), new PointBoot(id, _world.Id()), false);
        foreach (var halt in halts)
        {
            _ = _stops.Take(new Order(0, OrderKind.Halt, halt.Scope, "sim", "op", 0, halt.Id), null, Steady);
        }

        _table = new LeaseTable(_boot, new StopTimes());
        var life = ++_life;
        _world.Trace("boot", life);
        Loop(life, 330, 40, Beat);
        Loop(life, 200, 40, () => _table.Sweep(Steady, Wall));
        Loop(life, 250, 100, Register);
        Loop(life, 150, 100, Report);
        Loop(life, 600, 200, () => scene.Send(this, plane => plane.Orders(orders => scene.Reply(this, () =>
        {
            foreach (var order in orders)
            {
                Take(order);
            }
        }))));
        Register();
    }

    /// <summary>Nothing of it runs for a while; the clocks go on.</summary>
    public void Freeze(double ms) => _frozenUntil = Math.Max(_frozenUntil, _world.Now + (long)(ms * 1000));

    /// <summary>What was pushed.</summary>
    public void Take(Order order) => Awake(() =>
    {
        if (_stops.Take(order, null, Steady) && order.Kind is OrderKind.Halt or OrderKind.Stop)
        {
            _ = _table.End(l => l.Scopes.Contains(order.Scope), order.Kind == OrderKind.Halt ? DenyReason.Halted : DenyReason.Revoked, "order", Steady, Steady);
            foreach (var (execution, lease) in _running)
            {
                if (lease.Scopes.Contains(order.Scope))
                {
                    scene.Oracle.Stopped(execution);
                }
            }
        }
    });

    /// <summary>A client wants an execution.</summary>
    public void Ask(int execution, int principal, bool leased, Action<bool>? told = null)
    {
        if (!_registered)
        {
            told?.Invoke(false);
            return;
        }

        var (sent, life, boot) = (_world.Now, _life, _boot);
        scene.Send(this, plane => plane.Ask(boot, execution, principal, leased, permit => scene.Reply(this, () =>
        {
            if (life != _life || permit is null || _world.Now - sent > 5_000_000)
            {
                told?.Invoke(false);
                return;
            }

            var admitted = Admit(permit, sent);
            told?.Invoke(admitted);
        })));
    }

    private bool Admit(PlaneNode.Permit permit, long sent)
    {
        // The steps of the verifier that are about stops and use; signatures are for another test.
        if (permit.Ep != _boot || _stops.Find(permit.Scopes) is not null || (!_used.TryConsume(permit.Jti, long.MaxValue, 0) && scene.Plant != Plant.DoubleUse))
        {
            return false;
        }

        if (permit.Lease is null)
        {
            _world.Trace("effect", permit.Execution);
            scene.Oracle.Effect(permit.Execution, 30_000_000);
            _owed.Add(permit.Execution);
            return true;
        }

        if (_table.Hold(permit.Lease, "exe-" + permit.Execution, LeaseClass.Stream, permit.Scopes, TimeSpan.FromMicroseconds(sent) + TimeSpan.FromHours(1)) is not { } lease)
        {
            return false;
        }

        scene.Oracle.Renewed(permit.Execution, sent, (PlaneNode.TtlMs * 1000L) - 50_000);
        _running[permit.Execution] = lease;
        Stream(permit.Execution, lease, _life);
        return true;
    }

    private void Stream(int execution, HeldLease lease, int life) => _world.After(60 + _world.Below(240), () => Awake(() =>
    {
        if (life != _life)
        {
            return;
        }

        var steady = scene.Plant == Plant.GraceSecond ? Steady - TimeSpan.FromSeconds(1) : Steady;
        var reason = lease.Check(steady, Wall);
        if (reason != DenyReason.Undecided || _stops.Find(lease.Scopes) is not null)
        {
            if (scene.Plant == Plant.Resurrection && reason is DenyReason.Revoked or DenyReason.Halted && _world.Now % 2 == 0)
            {
                scene.Oracle.Effect(execution, PlaneNode.TtlMs * 1000L);
            }

            _ = _running.Remove(execution);
            _table.Release(lease);
            _owed.Add(execution);
            return;
        }

        _world.Trace("chunk", execution);
        scene.Oracle.Effect(execution, PlaneNode.TtlMs * 1000L);
        Stream(execution, lease, life);
    }));

    private void Beat()
    {
        var life = _life;
        foreach (var beat in _table.NextBeats(Steady, Wall, _world.Id, default, 0, 0))
        {
            var (sent, running) = (_world.Now, beat.Leases.Select(l => _running.FirstOrDefault(r => r.Value.Id == l.Id).Key).ToArray());
            scene.Send(this, plane => plane.Beat(beat, answer => scene.Reply(this, () =>
            {
                if (life != _life)
                {
                    return;
                }

                var before = running.Select(e => _running.TryGetValue(e, out var lease) && lease.Reason == DenyReason.Undecided && Steady < lease.Deadline).ToArray();
                if (_table.Take(answer, Steady))
                {
                    for (var i = 0; i < running.Length; i++)
                    {
                        if (answer.Leases[i].Reason is not null)
                        {
                            scene.Oracle.Stopped(running[i]);
                        }
                        else if (before[i])
                        {
                            scene.Oracle.Renewed(running[i], sent, (answer.Leases[i].TtlMs * 1000) - 50_000);
                        }
                    }
                }
            })));
        }
    }

    /// <summary>Tells the ends that nobody acknowledged yet.</summary>
    private void Report()
    {
        if (_owed.Count > 0)
        {
            var (life, boot, told) = (_life, _boot, _owed.ToImmutableArray());
            scene.Send(this, plane => plane.Report(boot, told, () => scene.Reply(this, () =>
            {
                if (life == _life)
                {
                    _ = _owed.RemoveAll(told.Contains);
                }
            })));
        }
    }

    private void Register()
    {
        if (_registered && scene.Leader is { IsDead: false } leader && leader.Epoch == _table.Epoch)
        {
            return;
        }

        var (life, boot) = (_life, _boot);
        scene.Send(this, plane => plane.Register(boot, (epoch, orders) => scene.Reply(this, () =>
        {
            if (life == _life && _table.TakesEpoch(epoch))
            {
                _registered = true;
                foreach (var order in orders)
                {
                    Take(order);
                }
            }
        })));
    }

    private void Loop(int life, int every, int jitter, Action action) => _world.After(every + _world.Below(jitter), () => Awake(() =>
    {
        if (life == _life)
        {
            action();
            Loop(life, every, jitter, action);
        }
    }));

    /// <summary>Runs now, or when the point is no longer frozen: whatever came meanwhile comes then, all at once and in any order.</summary>
    public void Awake(Action action)
    {
        if (_world.Now >= _frozenUntil)
        {
            action();
        }
        else
        {
            _world.After((_frozenUntil - _world.Now) / 1000.0, () => Awake(action));
        }
    }
}
