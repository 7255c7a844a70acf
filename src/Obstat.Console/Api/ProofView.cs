namespace Obstat.Console.Api;

/// <summary>How an entry is proven.</summary>
/// <param name="State">Whether it is under a signed head.</param>
/// <param name="Leaf">Leaf hash, hex.</param>
/// <param name="Size">Size of the head; null where none covers it.</param>
/// <param name="Root">Root of that head, hex.</param>
/// <param name="Detail">What does not fit; null where all does.</param>
public sealed record ProofView(ProofState State, string Leaf, long? Size, string? Root, string? Detail);
