namespace Obstat.Settings;

/// <summary>One address per listener, none shared.</summary>
/// <param name="Enforcement">Where the plane serves enforcement points. Only a unix socket: who may connect is decided by the socket's mode and the peer's uid.</param>
/// <param name="Admin">Where the plane serves the command line. Only a unix socket.</param>
/// <param name="Local">Where the gateway serves <c>mcp wrap</c>. Only a unix socket.</param>
/// <param name="Gateway">Where the gateway serves Streamable HTTP: a loopback address; null: off.</param>
/// <param name="Console">Where the plane serves the console and its read API: a loopback address; null: off.</param>
/// <param name="Public">Where the plane serves what everybody may read, without a session: a loopback address; null, which is the default: off.</param>
/// <param name="Metrics">Where the plane serves livez, readyz and metrics, without a session: a loopback address; null, which is the default: off.</param>
public sealed record ListenSettings(UnixAddress Enforcement, UnixAddress Admin, UnixAddress Local, LoopbackAddress? Gateway, LoopbackAddress? Console, LoopbackAddress? Public, LoopbackAddress? Metrics);
