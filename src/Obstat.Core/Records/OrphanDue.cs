namespace Obstat.Core.Records;

/// <summary>An allow that is to be closed as orphaned.</summary>
/// <param name="Intent">The allow.</param>
/// <param name="Cause">Why.</param>
/// <param name="Grace">How long was waited after the permit's end.</param>
public sealed record OrphanDue(OpenIntent Intent, OrphanCause Cause, TimeSpan Grace)
{
    /// <summary>The member <c>why</c> of the statement.</summary>
    public string Why => Cause switch
    {
        OrphanCause.NoOutcome => "no-outcome",
        OrphanCause.BootEnded => "boot-ended",
        OrphanCause.NotReleased => "not-released",
        _ => throw new InvalidOperationException("an orphan has a cause"),
    };
}
