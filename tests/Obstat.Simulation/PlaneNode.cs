using System.Collections.Immutable;
using Obstat.Core.Leases;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Simulation;

/// <summary>One start of the plane: the product's book of leases over a modelled store. Its memory dies with it; the disk does not. A start that was replaced may go on talking: it is deposed, and cannot commit.</summary>
internal sealed class PlaneNode(Scene scene, long epoch)
{
    public const int TtlMs = 1_000;
    private const long PermitUs = 1_000_000;
    private const long GraceUs = 500_000;
    private readonly World _world = scene.World;
    private readonly LeaseBook _book = new();
    private readonly HashSet<PointBoot> _boots = [];
    private readonly List<Order> _orders = [];
    private readonly Dictionary<int, Permit?> _answered = [];
    private bool _poisoned;

    public long Epoch => epoch;

    public bool IsDead { get; set; }

    private TimeSpan Now => TimeSpan.FromMicroseconds(_world.Now);

    private DateTimeOffset Wall => Scene.Start + Now;

    /// <summary>Commits: calls back with whether it is durable. A store that failed once never commits again; a failed commit may be there all the same.</summary>
    private void Commit(Action<bool> write, Action<bool> done)
    {
        _world.After(0.2 + _world.Below(30) / 10.0 + (_world.Buggify(scene.Swarm.SlowDisk, 0.1) ? 300 + _world.Below(1500) : 0), () =>
        {
            if (IsDead)
            {
                return;
            }

            var isDeposed = scene.Leader != this;
            var fails = _poisoned || isDeposed || _world.Buggify(scene.Swarm.DiskFails, 0.02);
            _poisoned |= fails;
            if (!fails || (!isDeposed && _world.Below(3) == 0))
            {
                write(!fails);
            }

            _world.Trace(fails ? "commit failed" : "commit", epoch);
            done(!fails);
            if (fails && !isDeposed)
            {
                scene.RestartPlane(200 + _world.Below(1000));
            }
        });
    }

    /// <summary>A boot registers.</summary>
    public void Register(PointBoot boot, Action<long, IEnumerable<Order>> answer) => Commit(_ => { }, ok =>
    {
        // A boot that another one of its point replaced is over, whenever its message comes.
        if (ok && (!scene.Boots.TryGetValue(boot.Id, out var of) || of[^1] == boot || !of.Contains(boot)))
        {
            if (of is null)
            {
                scene.Boots.Add(boot.Id, of = []);
            }

            if (!of.Contains(boot))
            {
                of.Add(boot);
            }

            _ = _boots.RemoveWhere(b => b.Id == boot.Id);
            _ = _boots.Add(boot);
            _ = _book.EndBoots(boot, Now);
            answer(epoch, [.. _orders]);
        }
    });

    /// <summary>The stream of orders, as a point that comes to it finds it.</summary>
    public void Orders(Action<IEnumerable<Order>> answer) => answer([.. _orders]);

    /// <summary>Asks for an execution.</summary>
    public void Ask(PointBoot boot, int execution, int principal, bool leased, Action<Permit?> answer)
    {
        if (!_boots.Contains(boot) || (scene.Recorded.Contains(execution) && !_answered.ContainsKey(execution)))
        {
            answer(null);
            return;
        }

        // The same message again gets the same answer again; while the first is decided, none.
        if (!_answered.TryAdd(execution, null))
        {
            answer(_answered[execution]);
            return;
        }

        var allow = false;
        Permit? permit = null;
        Commit(
            _ =>
            {
                // Judged where its turn comes: whatever was revoked before it in the log counts.
                allow = principal != Scene.Stranger && !scene.IsStopped(principal);
                permit = allow ? new Permit(execution, principal, "jti-" + execution, leased ? new LeaseTerms("lease-" + execution, TtlMs / 1000, epoch) : null, boot) : null;
                _ = scene.Recorded.Add(execution);
                scene.Disk.Append(Disk.Decision, execution);
                scene.Oracle.Durable(execution, principal, allow, leased);
                if (permit is not null)
                {
                    scene.Disk.Open.Add(execution, new Disk.Intent(boot.Boot, permit.Lease?.Id) { End = _world.Now + PermitUs });
                }
            },
            ok =>
            {
                if (!ok && scene.Plant == Plant.LostCommit)
                {
                    permit ??= new Permit(execution, principal, "jti-" + execution, leased ? new LeaseTerms("lease-" + execution, TtlMs / 1000, epoch) : null, boot);
                    ok = true;
                }

                if (!ok)
                {
                    answer(null);
                    return;
                }

                scene.Oracle.Acknowledged(execution);
                Tell();
                if (permit?.Lease is { } lease)
                {
                    _book.Permit(new LeaseFacts(lease.Id, permit.Jti, "exe-" + execution, boot, permit.Scopes, Wall.AddMinutes(10), TimeSpan.FromMilliseconds(TtlMs)), Now);
                }

                permit = permit is not null && scene.IsStopped(principal) ? null : permit;
                _answered[execution] = permit;
                answer(permit);
            });
    }

    /// <summary>Renews.</summary>
    public void Beat(BeatRequest beat, Action<SignedBeat> answer)
    {
        if (!_boots.Contains(beat.Ep))
        {
            return;
        }

        Commit(_ => { }, ok =>
        {
            if (ok)
            {
                foreach (var intent in scene.Disk.Open.Values.Where(i => i.Lease is not null && beat.Leases.Any(l => l.Id == i.Lease)))
                {
                    intent.End = _world.Now + (2 * TtlMs * 1000);
                }

                answer(new SignedBeat(beat.Ep.Boot, beat.N, beat.Nonce, epoch, 0, _orders.Count, [.. beat.Leases.Select(l => _book.Renew(beat.Ep, l, Now, Wall, out _))]));
            }
        });
    }

    /// <summary>Takes what a boot tells of its ends: the same again changes nothing.</summary>
    public void Report(PointBoot boot, ImmutableArray<int> executions, Action acknowledge) => Commit(
        _ =>
        {
            foreach (var execution in executions)
            {
                if (scene.Disk.Open.Remove(execution))
                {
                    scene.Disk.Append(Disk.Outcome, execution);
                    scene.Oracle.Closed(execution);
                }
            }
        },
        ok =>
        {
            if (ok)
            {
                Tell();
                acknowledge();
            }
        });

    /// <summary>Closes what nobody told: of boots that are over, and past its end and the grace.</summary>
    public void Sweep() => _world.After(300 + _world.Below(100), () =>
    {
        if (IsDead || scene.Leader != this)
        {
            return;
        }

        ImmutableArray<int> due = [.. scene.Disk.Open.Where(o => IsDue(o.Value)).Select(o => o.Key)];
        if (!due.IsEmpty)
        {
            Commit(
                _ =>
                {
                    foreach (var execution in due)
                    {
                        if (scene.Disk.Open.Remove(execution))
                        {
                            scene.Disk.Append(Disk.Orphaned, execution);
                            scene.Oracle.Closed(execution);
                        }
                    }
                },
                _ => { });
        }

        Sweep();
    });

    private bool IsDue(Disk.Intent intent)
    {
        var isOver = scene.Boots.Values.Any(of => of[^1].Boot != intent.Boot && of.Any(b => b.Boot == intent.Boot));
        return scene.Plant == Plant.ForgottenEnd ? !isOver && _world.Now > intent.End + GraceUs : isOver || _world.Now > intent.End + GraceUs;
    }

    private void Tell()
    {
        var (size, root) = scene.Disk.Head;
        scene.Oracle.Head(size, root);
    }

    /// <summary>Revokes (durable first) or halts (acts first) a principal.</summary>
    public void Stop(int principal, bool halt)
    {
        var scope = Scene.ScopeOf(principal);
        if (halt)
        {
            scene.Halted[principal] = scene.NextHalt(principal);
            Act();
            return;
        }

        Commit(_ => { scene.Revoked.Add(principal); scene.Disk.Append(Disk.Revocation, principal); }, ok =>
        {
            if (ok)
            {
                Act();
            }
        });

        void Act()
        {
            scene.Oracle.Stop(principal, halt);
            _ = _book.Stop(scope, halt ? DenyReason.Halted : DenyReason.Revoked, Now);
            var order = new Order(_orders.Count + 1, halt ? OrderKind.Halt : OrderKind.Stop, scope, "sim", "op", 0, halt ? scene.Halted[principal] : _world.Id());
            _orders.Add(order);
            scene.Push(this, order);
        }
    }

    /// <summary>Lifts a halt: in the ledger first.</summary>
    public void Lift(int principal) => Commit(_ => { }, ok =>
    {
        if (ok && scene.Halted.Remove(principal, out var id))
        {
            scene.Lifted.Add((principal, id));
            scene.Oracle.Lift(principal);
            var order = new Order(_orders.Count + 1, OrderKind.Lift, Scene.ScopeOf(principal), "sim", "op", 0, id);
            _orders.Add(order);
            scene.Push(this, order);
        }
    });

    /// <summary>What a start knows of stops from disk and spool.</summary>
    public void Restore()
    {
        foreach (var (principal, id) in scene.Halted)
        {
            _orders.Add(new Order(_orders.Count + 1, OrderKind.Halt, Scene.ScopeOf(principal), "sim", "op", 0, id));
        }

        foreach (var (principal, id) in scene.Lifted)
        {
            _orders.Add(new Order(_orders.Count + 1, OrderKind.Lift, Scene.ScopeOf(principal), "sim", "op", 0, id));
        }
    }

    /// <summary>A permit as a message.</summary>
    internal sealed record Permit(int Execution, int Principal, string Jti, LeaseTerms? Lease, PointBoot Ep)
    {
        public ImmutableArray<Scope> Scopes =>
            [Scope.All, Scene.ScopeOf(Principal), new(ScopeKind.Execution, "exe-" + Execution), new(ScopeKind.Permit, Jti), new(ScopeKind.EnforcementPoint, Ep.Id)];
    }
}
