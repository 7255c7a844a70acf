using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;

namespace Obstat.Enforcement;

/// <summary>Who says he asks, as it came over the channel. The plane judges it; a door only passes it on.</summary>
/// <param name="Assertions">Unread; empty where nobody said who he is, and every ask is denied.</param>
/// <param name="Facts">What the door saw of the channel itself, such as <c>peer_uid</c>.</param>
/// <param name="Session">The door's name of the session; null where there is none.</param>
/// <param name="Parent">The execution that this one belongs to; null where it stands by itself.</param>
public sealed record Caller(ImmutableArray<Assertion> Assertions, JsonValue Facts, string? Session, string? Parent = null)
{
    /// <summary>How what is asked is stopped, where it goes on under a lease; <see cref="LeaseClass.None"/> for one request and one response.</summary>
    public LeaseClass Lease { get; init; }
}
