using Microsoft.AspNetCore.Http;
using Obstat.Console.Api;
using Obstat.Console.Parts;

namespace Obstat.Console.Serving;

/// <summary>Tells the page of a demo what became of its rows and processes, as soon as it is told. It asks the API for it, as pages do; it ends with the demo, and with the plane.</summary>
internal static class DemoRelay
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(2);

    /// <summary>Serves one page until one of both ends goes.</summary>
    public static async Task ServeAsync(Visit visit)
    {
        var response = visit.Http.Response;
        var (told, beat, beatAt, wasOver) = ("", "", 0L, (bool?)null);
        while (true)
        {
            var demo = await visit.Api.GetAsync(ApiRoutes.Demo, ApiJson.Default.DemoView, visit.Cancellation);
            var state = await visit.StateAsync();
            if (!demo.IsAnswered || !state.IsAnswered)
            {
                Refuse(visit, demo.IsAnswered ? state.Refusal : demo.Refusal);
                return;
            }

            if (!response.HasStarted)
            {
                response.ContentType = "text/event-stream";
                await response.WriteAsync(LiveRelay.Retry, visit.Cancellation);
            }

            var plane = state.Value;
            var (newBeat, newTold) = (LiveWords.OfBeat(new BeatView(plane.AsOf, plane.Entries, plane.Refusing, plane.Halts.Length, plane.Proved) { Troubles = plane.Troubles }), LiveWords.OfDemo(demo.Value));
            if (newBeat != beat || Environment.TickCount64 - beatAt >= BeatEvery.TotalMilliseconds)
            {
                (beat, beatAt) = (newBeat, Environment.TickCount64);
                await response.WriteAsync($"event: beat\ndata: {beat}\n\n", visit.Cancellation);
            }

            if (newTold != told)
            {
                told = newTold;
                await response.WriteAsync($"event: parts\ndata: {told}\n\n", visit.Cancellation);
            }

            if (wasOver == false && demo.Value.IsOver)
            {
                await response.WriteAsync("event: reload\ndata: {}\n\n", visit.Cancellation);
            }

            wasOver = demo.Value.IsOver;
            await response.Body.FlushAsync(visit.Cancellation);
            await Task.Delay(Every, visit.Cancellation);
        }
    }

    private static void Refuse(Visit visit, ApiRefusal refusal)
    {
        if (visit.Http.Response.HasStarted)
        {
            visit.Http.Abort();
            return;
        }

        visit.Http.Response.StatusCode = refusal.Code switch
        {
            ApiRefusal.Login => StatusCodes.Status403Forbidden,
            ApiRefusal.NotFound => StatusCodes.Status404NotFound,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
    }
}
