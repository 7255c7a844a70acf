namespace Obstat.Console.Api;

/// <summary>How many decisions ended so.</summary>
/// <param name="Reason">Reason code of denials; null: they were allowed.</param>
/// <param name="Count">How many, in digits; of fewer than five only <c>&lt; 5</c> is told.</param>
public sealed record PublicCountView(string? Reason, string Count);
