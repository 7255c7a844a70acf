using System.Collections.Immutable;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

internal sealed partial class Session
{
    /// <summary>
    /// Follows changes (2026-07-28) until the client, the server or the first permit ends it. Changes of lists belong to the connection, for which leave is asked anew; each
    /// resource is decided as reading it, and one that is refused is not followed.
    /// </summary>
    private async Task<Reply> ListenAsync(Connected connected, McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        _ = SubscriptionFilter.TryRead(request.Parameters["notifications"]!, out var wanted);
        var ruling = await _parts.Door.AskAsync(caller, Connecting(_parts.Server, connected.Revision), cancellation);
        return await ruling.Match(
            leave => IsForeign(connected, leave, request, entry) is { } foreign ? Task.FromResult(foreign)
                : ListenAsync(connected, leave, wanted!.Within(connected.Capabilities, wanted.Uris), request, entry, caller, cancellation),
            refusal => Task.FromResult(Reply.Refused(entry.Id, refusal, request.Method.Name, null)));
    }

    private async Task<Reply> ListenAsync(Connected connected, Admission leave, SubscriptionFilter wanted, McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        var permits = ImmutableArray.CreateBuilder<Admission>();
        var uris = ImmutableArray.CreateBuilder<string>();
        permits.Add(leave);
        foreach (var uri in wanted.Uris)
        {
            if (Action(connected.Revision, request.Method.Name, JsonValue.Object(("uri", JsonValue.Of(uri))), null) is not { } action)
            {
                continue;
            }

            var ruling = await _parts.Door.AskAsync(caller, action, cancellation);
            if (ruling.Match(static admission => admission, static _ => (Admission?)null) is { } permit && IsForeign(connected, permit, request, entry) is null)
            {
                permits.Add(permit);
                uris.Add(uri);
            }
        }

        (entry.Filter, entry.Permits) = (wanted with { Uris = uris.ToImmutable() }, permits.ToImmutable());
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation, entry.Cancelled.Token);
        var left = entry.Permits.Min(p => p.NotAfter) - _parts.Clock.GetUtcNow();
        cut.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        var outgoing = new Outgoing(entry.Ours, request.Method.Name,
            JsonValue.Object(("notifications", entry.Filter.ToJson()), ("_meta", request.Meta.Forwarded(null, connected.Revision, JsonValue.EmptyObject)!)));
        var answer = await FollowAsync(connected, entry.Permits, outgoing, cut.Token);
        var stop = StopOf(entry.Permits);
        foreach (var permit in entry.Permits)
        {
            _parts.Close(permit, stop is null ? answer : answer with { Broken = stop }, answer.Started is null ? EndResult.Refused : stop is null ? EndResult.Succeeded : EndResult.Unknown);
        }

        if (answer.Broken == DenyReason.Late && answer.Started is not null && (stop is not null || !entry.Cancelled.IsCancellationRequested))
        {
            _ = TellCancelledAsync(connected, entry.Ours);
        }

        if (stop is { } reason)
        {
            return Reply.Refused(entry.Id, new Denial(reason, leave.Entry, MayHaveRun: answer.Started is not null), request.Method.Name, null) with { IsStream = true };
        }

        if (answer.Error is not null || (answer.Broken is { } broken && broken != DenyReason.Late))
        {
            return Answered(answer, request, entry, leave);
        }

        // The end, by whomever: the client may follow again, and is asked about again.
        var meta = JsonValue.Object((MetaNames.SubscriptionId, entry.Id));
        return cancellation.IsCancellationRequested ? Reply.None
            : Reply.Result(entry.Id, JsonValue.Object(("resultType", JsonValue.Of(ResultTypes.Complete)), ("_meta", meta))) with { IsStream = true };
    }

    private async Task<UpstreamAnswer> FollowAsync(Connected connected, ImmutableArray<Admission> permits, Outgoing outgoing, CancellationToken cancellation)
    {
        try
        {
            foreach (var permit in permits)
            {
                permit.Begin();
            }

            return await _upstream.RideAsync(connected, outgoing, cancellation);
        }
        catch (Stopped stop)
        {
            return new UpstreamAnswer(null, null, stop.Reason, null, 0, 0);
        }
    }

    /// <summary>Why one of them holds no more, other than that its time is over; null where there is no such reason.</summary>
    private static DenyReason? StopOf(ImmutableArray<Admission> permits)
    {
        foreach (var permit in permits)
        {
            try
            {
                permit.Step();
            }
            catch (Stopped stop) when (stop.Reason != DenyReason.Late)
            {
                return stop.Reason;
            }
            catch (Stopped)
            {
                // Over in its own time.
            }
        }

        return null;
    }
}
