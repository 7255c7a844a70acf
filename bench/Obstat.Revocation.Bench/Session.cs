using Obstat.Calls.Bench;

namespace Obstat.Revocation.Bench;

/// <summary>A session of one person, which carries some of the streams.</summary>
internal sealed class Session(Uri url, string bearer) : IDisposable
{
    /// <summary>Calls at once in one session: as many event streams as the gateway keeps for one.</summary>
    public const int StreamsMax = 32;

    private int _last = 100;

    public Uri Url => url;

    public string Bearer => bearer;

    public McpCaller Caller { get; } = new(url, bearer);

    public string Id => Caller.Session ?? throw new InvalidOperationException("the session is not open");

    public Stream NextStream() => new(this, ++_last);

    public void Dispose() => Caller.Dispose();
}
