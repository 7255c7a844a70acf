using Obstat.Enforcement;
using Obstat.Gateway.Sessions;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Upstreams;

/// <summary>
/// One connection to a tool server, for one caller alone. It starts nothing and sends nothing but with an admission, or with the connection that an admission
/// opened. It never resends, follows no redirect, and bounds every lie: what is no message ends the connection.
/// </summary>
internal interface IUpstream : IAsyncDisposable
{
    /// <summary>Set once, before <see cref="OpenAsync"/>: where notifications go. Called in the order in which they came.</summary>
    Func<Telling, ValueTask> Told { set; }

    /// <summary>Starts or dials the server and sends the first request.</summary>
    /// <exception cref="Stopped">The admission does not hold any more: nothing was sent.</exception>
    Task<UpstreamAnswer> OpenAsync(Admission admission, long id, JsonValue parameters, CancellationToken cancellation);

    /// <summary>Sends one gated request and waits for its answer.</summary>
    /// <exception cref="Stopped">The admission does not hold any more: nothing was sent.</exception>
    Task<UpstreamAnswer> CallAsync(Admission admission, long id, string method, JsonValue? parameters, CancellationToken cancellation);

    /// <summary>Sends a request that goes with the connection.</summary>
    Task<UpstreamAnswer> RideAsync(Connected connected, long id, string method, JsonValue? parameters, CancellationToken cancellation);

    /// <summary>Sends a notification that goes with the connection.</summary>
    Task TellAsync(Connected connected, string method, JsonValue? parameters, CancellationToken cancellation);
}
