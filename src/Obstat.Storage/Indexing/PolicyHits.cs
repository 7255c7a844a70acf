namespace Obstat.Storage.Indexing;

/// <summary>How often a policy determined a decision.</summary>
/// <param name="Policy">Its id.</param>
/// <param name="Allows">Allows that it determined.</param>
/// <param name="Denials">Denials that it determined.</param>
public sealed record PolicyHits(string Policy, long Allows, long Denials);
