using Obstat.Core.Decisions;

namespace Obstat.Core.Suggestions;

/// <summary>A recorded refusal, decided again under the policies of now.</summary>
/// <param name="Entry">The entry that recorded it.</param>
/// <param name="Decided">What it comes to now.</param>
public sealed record RefusedCall(long Entry, Decided Decided);
