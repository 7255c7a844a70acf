namespace Obstat.Core.Decisions;

/// <summary>
/// Seals what may be personal: the request and its circumstances, and the names of who asked. Safe for concurrent use. What it returns can be opened after a crash: its data keys and
/// pseudonyms are durable on return. Null where it cannot; then nothing is recorded and nothing permitted.
/// </summary>
public interface ISealer
{
    /// <summary>Seals one decision.</summary>
    Task<SealedDecision?> SealAsync(Decided decided, CancellationToken cancellation);
}
