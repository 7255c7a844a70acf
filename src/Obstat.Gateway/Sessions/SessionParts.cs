using Obstat.Enforcement;
using Obstat.Gateway.Doors;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Pins;

namespace Obstat.Gateway.Sessions;

/// <summary>What all sessions of one server share: the way to decisions, the pins, the clock. No state of any client.</summary>
/// <param name="Identity">What the server is to its pins.</param>
/// <param name="Door">The way to decisions.</param>
/// <param name="Pins">Approved tools.</param>
/// <param name="Clock">Wall clock.</param>
/// <param name="Unforeseen">Told of every exception that became a refusal.</param>
internal sealed record SessionParts(ServerIdentity Identity, IDoor Door, IPins Pins, TimeProvider Clock, Action<Exception> Unforeseen)
{
    /// <summary>Bytes of one notification that is passed on, at most: 64 KiB.</summary>
    public const int TellingBytesMax = 1 << 16;

    /// <summary>Characters of a server's instructions, at most; longer ones are left out.</summary>
    public const int InstructionsMax = 16_384;

    /// <summary>How long a server may take to come up and to answer its first message.</summary>
    public static readonly TimeSpan OpeningMax = TimeSpan.FromSeconds(30);

    /// <summary>How long a request that goes with the connection may take.</summary>
    public static readonly TimeSpan RideMax = TimeSpan.FromSeconds(10);

    /// <summary>Cuts the server's side of what was stopped.</summary>
    public Aftermath Aftermath { get; } = new(Unforeseen);

    /// <summary>Registered name of the server.</summary>
    public string Server => Identity.Name;

    /// <summary>What an upstream is told about its client. Nothing of what a client says of itself.</summary>
    public static JsonValue ClientInfo { get; } = JsonValue.Object(("name", JsonValue.Of("obstat-gateway")), ("version", JsonValue.Of("0.1.0")));

    /// <summary>Falls when the lease ends or, without one, at the permit's expiry, or when one of the given tokens does.</summary>
    public CancellationTokenSource Cut(Admission admission, params CancellationToken[] others)
    {
        if (admission.Lease is { } lease)
        {
            return CancellationTokenSource.CreateLinkedTokenSource([.. others, lease.Stopping]);
        }

        var left = admission.NotAfter - Clock.GetUtcNow();
        var cut = CancellationTokenSource.CreateLinkedTokenSource(others);
        cut.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        return cut;
    }

    /// <summary>Falls when a riding request takes too long.</summary>
    public static CancellationTokenSource CutRide(CancellationToken other) => CutAfter(RideMax, other);

    /// <summary>Falls when a server takes too long to come up.</summary>
    public static CancellationTokenSource CutOpening(CancellationToken other) => CutAfter(OpeningMax, other);

    private static CancellationTokenSource CutAfter(TimeSpan time, CancellationToken other)
    {
        var cut = CancellationTokenSource.CreateLinkedTokenSource(other);
        cut.CancelAfter(time);
        return cut;
    }

    /// <summary>Closes the evidence of an execution by what came back.</summary>
    public void Close(Admission admission, UpstreamAnswer answer) => Close(admission, answer, 0 switch
    {
        _ when answer.Result is { } result => result["isError"]?.AsBoolean == true ? EndResult.Failed : EndResult.Succeeded,
        _ when answer.Error is not null => EndResult.Failed,
        _ when answer.IsWithheld => EndResult.Withheld,
        _ when answer.Started is null => EndResult.Refused,
        _ => EndResult.Unknown,
    });

    /// <summary>Closes the evidence of an execution.</summary>
    public void Close(Admission admission, UpstreamAnswer answer, EndResult result)
        => Door.Close(admission, new Ending(result, answer.Broken, answer.Started, Clock.GetUtcNow(), answer.BytesOut, answer.BytesIn));
}
