using Obstat.Enforcement;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;

namespace Obstat.Gateway.Sessions;

/// <summary>What the upstream lists, page by page, and its tools as of a moment ago.</summary>
internal sealed class Tools(SessionParts parts, Func<IUpstream> upstream, InFlight ids)
{
    /// <summary>Pages of one list, at most; a longer list is no list.</summary>
    public const int PagesMax = 64;

    /// <summary>How long a listing stands for what the server lists now. A call within it is judged by that definition.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private Listing? _listing;
    private long _taken;
    private long _forgotten;

    /// <summary>The member of a list's result that holds the items.</summary>
    public static string MemberOf(string method) => method switch
    {
        "tools/list" => "tools",
        "prompts/list" => "prompts",
        "resources/list" => "resources",
        _ => "resourceTemplates",
    };

    /// <summary>All items of a list; no items where a page is missing or is no page.</summary>
    public async Task<(UpstreamAnswer Answer, List<JsonValue>? Items)> PagesAsync(Revision revision, Func<Outgoing, Task<UpstreamAnswer>> ask, string method)
    {
        var items = new List<JsonValue>();
        JsonValue? cursor = null;
        var (bytesOut, bytesIn) = (0L, 0L);
        DateTimeOffset? started = null;
        for (var page = 0; page < PagesMax; page++)
        {
            UpstreamAnswer answer;
            try
            {
                var parameters = cursor is null ? null : JsonValue.Object(("cursor", cursor));
                parameters = RequestMeta.None.Forwarded(null, revision, JsonValue.EmptyObject) is { } meta ? (parameters ?? JsonValue.EmptyObject).With("_meta", meta) : parameters;
                answer = await ask(new Outgoing(ids.Next(), method, parameters));
            }
            catch (Stopped stop) when (started is not null)
            {
                // Earlier pages were asked for: nobody may say that nothing was sent.
                return (new UpstreamAnswer(null, null, stop.Reason, started, bytesOut, bytesIn), null);
            }

            (started, bytesOut, bytesIn) = (started ?? answer.Started, bytesOut + answer.BytesOut, bytesIn + answer.BytesIn);
            answer = answer with { Started = started, BytesOut = bytesOut, BytesIn = bytesIn };
            if (answer.Result?[MemberOf(method)] is not { Kind: JsonKind.Array } found)
            {
                return (answer, null);
            }

            items.AddRange(found.Items.Where(i => i.Kind == JsonKind.Object));
            cursor = answer.Result["nextCursor"];
            if (cursor?.AsString is null || items.Count > Listing.ToolsMax)
            {
                return (answer, items);
            }
        }

        return (new UpstreamAnswer(null, null, Proof.Reasons.DenyReason.Malformed, started, bytesOut, bytesIn), null);
    }

    /// <summary>Takes what was just listed.</summary>
    public Listing Take(List<JsonValue> items)
    {
        var listing = Listing.Of(parts.Identity, items);
        lock (_gate)
        {
            (_listing, _taken) = (listing, parts.Clock.GetTimestamp());
        }

        return listing;
    }

    /// <summary>The server said that its tools changed.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            (_listing, _forgotten) = (null, _forgotten + 1);
        }
    }

    /// <summary>The tools as listed now; null where the server does not list them.</summary>
    public async Task<Listing?> NowAsync(Connected connected, CancellationToken cancellation)
    {
        long forgotten;
        lock (_gate)
        {
            if (_listing is not null && parts.Clock.GetElapsedTime(_taken) < Age)
            {
                return _listing;
            }

            forgotten = _forgotten;
        }

        using var cut = SessionParts.CutRide(cancellation);
        var (_, items) = await PagesAsync(connected.Revision, outgoing => upstream().RideAsync(connected, outgoing, cut.Token), "tools/list");
        if (items is null)
        {
            return null;
        }

        var listing = Take(items);
        lock (_gate)
        {
            // A change that was announced while we listed: the listing serves this call, the next one lists again.
            _listing = forgotten == _forgotten ? _listing : null;
        }

        return listing;
    }
}
