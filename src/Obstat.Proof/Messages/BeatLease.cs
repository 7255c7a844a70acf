namespace Obstat.Proof.Messages;

/// <summary>One lease of a beat.</summary>
/// <param name="Id">The lease.</param>
/// <param name="Seq">Its number, one more with each beat.</param>
public readonly record struct BeatLease(string Id, long Seq);
