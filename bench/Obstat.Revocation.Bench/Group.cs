using System.Collections.Concurrent;

namespace Obstat.Revocation.Bench;

/// <summary>The streams of one person, which one trial revokes.</summary>
/// <param name="Person">Whose they are.</param>
/// <param name="Count">How many there are to be.</param>
internal sealed record Group(string Person, int Count) : IDisposable
{
    public List<Stream> Streams { get; } = [];

    /// <summary>The sessions that carry them.</summary>
    public ConcurrentBag<Session> Sessions { get; } = [];

    /// <summary>Its streams have ended, and nobody goes on.</summary>
    public async Task EndAsync()
    {
        await Task.WhenAll(Sessions.Select(s => s.Caller.EndAsync()));
        Dispose();
    }

    public void Dispose()
    {
        foreach (var session in Sessions)
        {
            session.Dispose();
        }
    }
}
