using System.Collections.Frozen;

namespace Obstat.Server.Listeners;

/// <summary>The paths of one listener. All are POST; any other path is 404.</summary>
internal sealed class Routes(IReadOnlyDictionary<string, Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>> paths)
{
    private readonly FrozenDictionary<string, Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>> _paths = paths.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What serves this path; null for none.</summary>
    public Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>? Find(string path) => _paths.GetValueOrDefault(path);
}
