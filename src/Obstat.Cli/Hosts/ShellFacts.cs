using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Cli.Hosts;

/// <summary>How a host's own shell tool, which could start any server past the gate, is closed.</summary>
internal sealed record ShellFacts(ImmutableArray<string> Files, ImmutableArray<(ImmutableArray<string> At, string? Holds, JsonValue? Is)> Closed, string Fix);
