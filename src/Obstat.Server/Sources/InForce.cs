using Obstat.Core;
using Obstat.Core.Identities;

namespace Obstat.Server.Sources;

/// <summary>The snapshot that decides now, with how old its trust is: read as one.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Freshness">When its sources were read.</param>
internal sealed record InForce(Snapshot Snapshot, Freshness Freshness);
