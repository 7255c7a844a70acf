namespace Obstat.Server.Listeners;

/// <summary>The peer of a connection and what the listener serves that it came in by.</summary>
/// <param name="UserId">Its user id.</param>
/// <param name="Routes">What this listener serves, and nothing else.</param>
internal sealed record Peer(long UserId, Routes Routes);
