using System.Collections.Immutable;

namespace Obstat.Gateway.Methods;

/// <summary>One method of MCP, as data.</summary>
/// <param name="Name">Exact name.</param>
/// <param name="Direction">Who sends it.</param>
/// <param name="IsNotification">Whether it comes without an id. The other form is refused.</param>
/// <param name="Gate">How it is gated.</param>
/// <param name="Revisions">In which revisions it exists.</param>
/// <param name="Members">What its params may have; anything else refuses.</param>
internal sealed record McpMethod(string Name, Direction Direction, bool IsNotification, Gate Gate, Revision Revisions, ImmutableArray<Member> Members);
