using System.Collections.Immutable;

namespace Obstat.Cli.Hosts;

/// <summary>A file in which a host keeps tool servers, and where in it.</summary>
internal sealed record ServerPlace(string Scope, string File, ImmutableArray<string> At);
