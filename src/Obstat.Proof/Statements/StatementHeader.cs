namespace Obstat.Proof.Statements;

/// <summary>What every predicate has, and the digest that the statement names first.</summary>
internal sealed record StatementHeader(string Nonce, string Origin, Timestamp Time, Clock Clock, Digest FirstSubject);
