using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Doors;

/// <summary>Who says he asks, as it came over the channel. The plane judges it; this door only passes it on.</summary>
/// <param name="Assertions">Pairs of kind (<c>run-token</c>, <c>access-token</c>) and value, unread. Empty: nobody said who he is, and every ask is denied.</param>
/// <param name="Facts">What this door saw of the channel itself.</param>
/// <param name="Session">Our name of the session; null where there is none.</param>
internal sealed record Caller(ImmutableArray<(string Kind, string Value)> Assertions, JsonValue Facts, string? Session);
