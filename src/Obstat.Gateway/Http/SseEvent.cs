namespace Obstat.Gateway.Http;

/// <summary>One event of a stream (HTML Living Standard, server-sent events).</summary>
/// <param name="Name">The event name; <c>message</c> where none was given.</param>
/// <param name="Data">The data lines, joined with LF.</param>
internal readonly record struct SseEvent(string Name, byte[] Data);
