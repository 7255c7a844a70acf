using System.Collections.Immutable;

namespace Obstat.Gateway.Upstreams;

/// <summary>A program as it was registered: what is started is exactly this.</summary>
/// <param name="Path">Absolute path of the program file.</param>
/// <param name="Arguments">argv, the name it was registered by first.</param>
/// <param name="Folder">Working folder, absolute.</param>
/// <param name="Environment">The whole environment, <c>NAME=value</c>.</param>
internal sealed record ChildProgram(string Path, ImmutableArray<string> Arguments, string Folder, ImmutableArray<string> Environment);
