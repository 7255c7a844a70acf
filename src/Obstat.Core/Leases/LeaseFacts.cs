using System.Collections.Immutable;
using Obstat.Proof.Leases;
using Obstat.Proof.Statements;

namespace Obstat.Core.Leases;

/// <summary>What the plane knows of a lease that it permitted.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Jti">Identifier of its permit.</param>
/// <param name="Execution">The execution.</param>
/// <param name="Ep">The point and boot that hold it.</param>
/// <param name="Scopes">Everything by which it can be stopped.</param>
/// <param name="HardEnd">When the identity that it rests on ends: nothing renews it beyond.</param>
/// <param name="Ttl">How long it holds without a renewal.</param>
public sealed record LeaseFacts(string Id, string Jti, string Execution, PointBoot Ep, ImmutableArray<Scope> Scopes, DateTimeOffset HardEnd, TimeSpan Ttl);
