using System.Collections.Immutable;
using Obstat.Enforcement;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Sessions;

internal sealed partial class Session
{
    /// <summary>
    /// Follows changes (2026-07-28) until the client, the server or the first permit ends it. Lists ride on the connection; each resource is decided as reading it, and one that is
    /// refused is not followed.
    /// </summary>
    private async Task<Reply> ListenAsync(Connected connected, McpRequest request, InFlight.Entry entry, Caller caller, CancellationToken cancellation)
    {
        _ = SubscriptionFilter.TryRead(request.Parameters["notifications"]!, out var wanted);
        var permits = new List<Admission>();
        var uris = ImmutableArray.CreateBuilder<string>();
        foreach (var uri in wanted!.Uris)
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

        entry.Filter = wanted.Within(connected.Capabilities, uris.ToImmutable());
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellation, entry.Cancelled.Token);
        if (permits.Count > 0)
        {
            var left = permits.Min(p => p.NotAfter) - _parts.Clock.GetUtcNow();
            cut.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        var outgoing = new Outgoing(entry.Ours, request.Method.Name,
            JsonValue.Object(("notifications", entry.Filter.ToJson()), ("_meta", request.Meta.Forwarded(null, connected.Revision, JsonValue.EmptyObject)!)));
        var answer = await FollowAsync(connected, permits, outgoing, cut.Token);
        foreach (var permit in permits)
        {
            _parts.Close(permit, answer, answer.Started is null ? EndResult.Refused : EndResult.Succeeded);
        }

        if (answer.Broken == DenyReason.Late && answer.Started is not null && !entry.Cancelled.IsCancellationRequested)
        {
            await _upstream.TellAsync(connected, "notifications/cancelled", JsonValue.Object(("requestId", JsonValue.Of(entry.Ours))), CancellationToken.None);
        }

        if (answer.Error is not null || (answer.Broken is { } broken && broken != DenyReason.Late))
        {
            return Answered(answer, request, entry, permits.FirstOrDefault());
        }

        // The end, by whomever: the client may follow again, and is asked about again.
        var meta = JsonValue.Object((MetaNames.SubscriptionId, entry.Id));
        return cancellation.IsCancellationRequested ? Reply.None
            : Reply.Result(entry.Id, JsonValue.Object(("resultType", JsonValue.Of(ResultTypes.Complete)), ("_meta", meta))) with { IsStream = true };
    }

    private async Task<UpstreamAnswer> FollowAsync(Connected connected, List<Admission> permits, Outgoing outgoing, CancellationToken cancellation)
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
}
