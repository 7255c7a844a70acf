namespace Obstat.Proof.Messages;

/// <summary>An execution of an earlier boot that the point ended at its start.</summary>
/// <param name="Execution">Its id.</param>
/// <param name="TookMicroseconds">How long ending it took.</param>
public sealed record EndedExecution(string Execution, long TookMicroseconds);
