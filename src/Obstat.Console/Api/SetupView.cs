using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What somebody needs who puts the gate before a tool server.</summary>
/// <param name="Config">Path of the configuration.</param>
/// <param name="Gateway">Where the gateway serves Streamable HTTP, as <c>http://127.0.0.1:7073</c>; null: it does not.</param>
/// <param name="Servers">Registered servers, by name.</param>
/// <param name="Calls">Tool calls that were decided.</param>
public sealed record SetupView(string Config, string? Gateway, ImmutableArray<string> Servers, long Calls);
