using System.Collections.Immutable;
using Obstat.Core.Records;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Permits;

/// <summary>A refusal on its way to the enforcement point.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Entry">The decision entry; null where none could be made.</param>
/// <param name="Hint">What the agent may be told beside the code.</param>
/// <param name="Visible">Names of the server that this principal may know of.</param>
public sealed record Denial(DenyReason Reason, Recorded? Entry, string? Hint, ImmutableArray<string> Visible);
