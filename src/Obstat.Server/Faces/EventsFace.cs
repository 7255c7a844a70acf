using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Obstat.Console.Api;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>
/// New decisions as server-sent events: a row each, those of half a second together; a beat every two seconds: two that do not come are told as stale within five. Whoever comes back says the last index that it saw and gets what it missed;
/// one who missed too much, or reads too slowly, is told to
/// load the page again. A session that ends takes its streams with it.
/// </summary>
internal sealed class EventsFace(FaceSources plane, IndexKeeper keeper, QueryPool pool, FaceRows rows, Standing standing)
{
    /// <summary>Streams of one session at once.</summary>
    public const int OfSessionMax = 4;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PlaceEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PlacePatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Session, int> _open = new();

    /// <summary>Serves one stream until one of both ends goes.</summary>
    /// <param name="http">The request.</param>
    /// <param name="me">Who asks.</param>
    /// <param name="filter">Which decisions.</param>
    /// <param name="last">The last index that was seen; null: only what comes from now on.</param>
    public async Task ServeAsync(HttpContext http, Session me, DecisionFilter filter, long? last)
    {
        var isIn = false;
        Channel<LiveDecision>? listener = null;
        try
        {
            isIn = await EntersAsync(me, http.RequestAborted);
            listener = isIn ? keeper.Listen() : null;
            if (listener is null)
            {
                await FacesApi.RefuseAsync(http, 503, ApiRefusal.Busy, $"expected at most {OfSessionMax} streams of a session and {IndexKeeper.ListenersMax} of all");
                return;
            }

            http.Response.ContentType = "text/event-stream";
            await http.Response.StartAsync(http.RequestAborted);
            await StreamAsync(http, me, filter, last, listener);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The reader went away.
        }
        finally
        {
            if (listener is not null)
            {
                keeper.Leave(listener);
            }

            if (isIn)
            {
                Leave(me);
            }
        }
    }

    /// <summary>Takes one of the places of a session. A page that is loaded again comes before its own last stream was seen to end: for that it waits.</summary>
    private async Task<bool> EntersAsync(Session me, CancellationToken cancellation)
    {
        for (var waited = TimeSpan.Zero; _open.AddOrUpdate(me, 1, (_, n) => n + 1) > OfSessionMax; waited += PlaceEvery)
        {
            Leave(me);
            if (waited >= PlacePatience)
            {
                return false;
            }

            await Task.Delay(PlaceEvery, cancellation);
        }

        return true;
    }

    private void Leave(Session me)
    {
        if (_open.AddOrUpdate(me, 0, (_, n) => n - 1) <= 0)
        {
            _ = _open.TryRemove(new KeyValuePair<Session, int>(me, 0));
        }
    }

    private async Task StreamAsync(HttpContext http, Session me, DecisionFilter filter, long? last, Channel<LiveDecision> listener)
    {
        var cancellation = http.RequestAborted;
        var told = standing.Beat();
        await BeatAsync(http, told);
        var seen = last ?? -1;
        if (last is { } from)
        {
            // What came while it was away; what comes meanwhile waits in the channel.
            var (isAnswered, missed) = await pool.AskAsync(desk => desk.Index.Decisions(filter, null, IndexKeeper.WaitingMax + 1, from).Reverse().ToArray(), cancellation);
            if (!isAnswered || missed!.Length > IndexKeeper.WaitingMax)
            {
                await TellAsync(http, "event: reload\ndata: {}\n\n");
                return;
            }

            foreach (var chunk in missed.Chunk(50))
            {
                var (isRead, found) = await pool.AskAsync(desk => (object)rows.Rows(desk, chunk, filter, me.Role), cancellation);
                if (!isRead)
                {
                    await TellAsync(http, "event: reload\ndata: {}\n\n");
                    return;
                }

                foreach (var row in (System.Collections.Immutable.ImmutableArray<DecisionRow>)found!)
                {
                    seen = row.Entry;
                    http.Response.BodyWriter.Write(LiveDecision.Event(row));
                }

                _ = await http.Response.BodyWriter.FlushAsync(cancellation);
            }
        }

        var beat = plane.Clock.GetTimestamp();
        while (!me.IsOver(plane.Clock.GetUtcNow()))
        {
            var left = BeatEvery - plane.Clock.GetElapsedTime(beat);
            // What became of the plane or a point is told as soon as it is seen, not with the next beat.
            if (standing.Beat() is var now && (left <= TimeSpan.Zero || !now.Says(told)))
            {
                (beat, told) = (plane.Clock.GetTimestamp(), now);
                await BeatAsync(http, told);
                continue;
            }

            bool isMore;
            using (var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                wait.CancelAfter(left < LookEvery ? left : LookEvery);
                try
                {
                    isMore = await listener.Reader.WaitToReadAsync(wait.Token);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    continue;
                }
            }

            var isTold = false;
            while (listener.Reader.TryRead(out var live))
            {
                if (live.Row.Entry > seen && live.Fits(filter))
                {
                    http.Response.BodyWriter.Write(live.EventFor(me.Role));
                    isTold = true;
                }
            }

            if (isTold)
            {
                _ = await http.Response.BodyWriter.FlushAsync(cancellation);
            }

            if (!isMore)
            {
                await TellAsync(http, "event: reload\ndata: {}\n\n");
                return;
            }

            if (isTold)
            {
                // What comes meanwhile is told together: nobody reads faster.
                await Task.Delay(LookEvery, cancellation);
            }
        }
    }

    private static Task BeatAsync(HttpContext http, BeatView beat) => TellAsync(http, $"event: beat\ndata: {JsonSerializer.Serialize(beat, ApiJson.Default.BeatView)}\n\n");

    private static async Task TellAsync(HttpContext http, string text)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
