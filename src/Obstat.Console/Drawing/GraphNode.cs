namespace Obstat.Console.Drawing;

/// <summary>A node to be laid out.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Order">Its place in the ledger: ties are decided by it.</param>
/// <param name="Parents">Ids of its parents; one that is no node is left out.</param>
public sealed record GraphNode(string Id, long Order, IReadOnlyList<string> Parents);
