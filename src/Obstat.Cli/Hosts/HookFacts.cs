using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Cli.Hosts;

/// <summary>How a host asks before a tool runs.</summary>
/// <param name="File">The file.</param>
/// <param name="At">The list in it.</param>
/// <param name="Beside">Members that the file must have beside the list.</param>
/// <param name="Item">What <c>connect</c> adds; <c>{hook}</c> is the command line.</param>
/// <param name="Command">Where in an item the command line stands.</param>
/// <param name="FailClosed">Where in an item stands what makes a hook that fails block the call.</param>
/// <param name="Event">A recorded event; <c>{server}</c> and <c>{tool}</c> in its texts are replaced.</param>
internal sealed record HookFacts(string File, ImmutableArray<string> At, JsonValue Beside, JsonValue Item, ImmutableArray<string> Command, ImmutableArray<string> FailClosed, JsonValue Event);
