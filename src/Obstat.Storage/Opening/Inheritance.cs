using Obstat.Core.Records;
using Obstat.Proof.Statements;

namespace Obstat.Storage.Opening;

/// <summary>What a log begins with that goes on where another one ended.</summary>
/// <param name="Predecessor">The other log and its last head.</param>
/// <param name="State">The fold before its first entry: the rows that are carried over.</param>
/// <param name="Plane">Instance and newest epoch there.</param>
internal sealed record Inheritance(Predecessor Predecessor, LedgerState State, Plane Plane);
