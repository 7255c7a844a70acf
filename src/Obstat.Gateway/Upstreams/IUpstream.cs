using Obstat.Enforcement;
using Obstat.Gateway.Methods;
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

    /// <summary>Set once, before <see cref="OpenAsync"/>: who answers what the server asks. In revision 2026-07-28 a server asks nothing; one that does is cut.</summary>
    Func<ServerRequest, CancellationToken, Task<ServerReply>> Asked { set; }

    /// <summary>Whether nothing can be had from it any more.</summary>
    bool IsBroken { get; }

    /// <summary>Starts or dials the server and sends the first request.</summary>
    /// <param name="admission">Leave to connect.</param>
    /// <param name="request">The first request.</param>
    /// <param name="revision">What is spoken from here on.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Stopped">The admission does not hold any more: nothing was sent.</exception>
    Task<UpstreamAnswer> OpenAsync(Admission admission, Outgoing request, Revision revision, CancellationToken cancellation);

    /// <summary>Sends one gated request and waits for its answer.</summary>
    /// <exception cref="Stopped">The admission does not hold any more: nothing was sent.</exception>
    Task<UpstreamAnswer> CallAsync(Admission admission, Outgoing request, CancellationToken cancellation);

    /// <summary>Sends a request that goes with the connection.</summary>
    Task<UpstreamAnswer> RideAsync(Connected connected, Outgoing request, CancellationToken cancellation);

    /// <summary>Sends a notification that goes with the connection. Over HTTP of 2026-07-28 there is none: an exchange is cancelled by its end.</summary>
    Task TellAsync(Connected connected, string method, JsonValue? parameters, CancellationToken cancellation);
}
