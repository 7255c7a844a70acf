using System.Collections.Frozen;

namespace Obstat.Server.Listeners;

/// <summary>The paths of one listener. All are POST but streams; any other path is 404.</summary>
/// <param name="paths">What serves each path.</param>
/// <param name="streams">What answers a GET of a target, held open; null for a target that is none.</param>
internal sealed class Routes(
    IReadOnlyDictionary<string, Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>> paths, Func<string, Func<HttpContext, Task>?>? streams = null)
{
    private readonly FrozenDictionary<string, Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>> _paths = paths.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What holds a GET of this target open; null for none.</summary>
    public Func<HttpContext, Task>? FindStream(string target) => streams?.Invoke(target);

    /// <summary>What serves this path; null for none.</summary>
    public Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>? Find(string path) => _paths.GetValueOrDefault(path);
}
