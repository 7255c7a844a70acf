namespace Obstat.Proof.Statements;

/// <summary>What every predicate has.</summary>
internal sealed record StatementHeader(string Nonce, string Origin, Timestamp Time, Clock Clock);
