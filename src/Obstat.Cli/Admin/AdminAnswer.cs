using Obstat.Proof.Messages.Admin;

namespace Obstat.Cli.Admin;

/// <summary>What came of a request to the plane: exactly one of the three is set.</summary>
/// <param name="Value">The answer.</param>
/// <param name="Refusal">The plane's no.</param>
/// <param name="Away">Why there is no answer at all.</param>
internal sealed record AdminAnswer<T>(T? Value, AdminRefusal? Refusal, string? Away)
    where T : class;
