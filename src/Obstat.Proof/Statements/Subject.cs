namespace Obstat.Proof.Statements;

/// <summary>What a statement is about, by digest (in-toto Statement v1).</summary>
public readonly record struct Subject(string Name, Digest Digest);
