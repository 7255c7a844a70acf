using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Server.Keys;

namespace Obstat.Server.Leases;

/// <summary>
/// Orders of this start, signed once and pushed as the same bytes to every point that listens. Their numbers go on over restarts, since each start has a higher epoch. Safe for concurrent use.
/// </summary>
internal sealed class OrderBoard(WorkingKeys working, long epoch, TimeProvider clock)
{
    private const int OrdersMax = 16_384;
    private const int EpochBits = 24;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<(long N, byte[] Line)> _orders = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _head = epoch << EpochBits;

    /// <summary>Number of the newest order.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Gives an order to every point.</summary>
    public Order Issue(OrderKind kind, Scope scope, string reason, string by, string id)
    {
        TaskCompletionSource more;
        Order order;
        lock (_lock)
        {
            order = new Order(_head + 1, kind, scope, reason, by, clock.GetUtcNow().ToUnixTimeSeconds(), id);
            _orders.Add((order.N, Line(order)));
            if (_orders.Count > OrdersMax)
            {
                _orders.RemoveRange(0, OrdersMax / 2);
            }

            Volatile.Write(ref _head, order.N);
            (more, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        more.SetResult();
        return order;
    }

    /// <summary>What holds a GET of the orders after a number open; null where the target is another.</summary>
    public Func<HttpContext, Task>? Find(string target)
    {
        const string Prefix = PlaneRoutes.Orders + "?after=";
        return target.StartsWith(Prefix, StringComparison.Ordinal) && target.Length <= Prefix.Length + 16 && long.TryParse(target[Prefix.Length..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var after)
            ? context => ServeAsync(context, after)
            : null;
    }

    private async Task ServeAsync(HttpContext context, long after)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentType = "application/jose";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var cancellation = context.RequestAborted;
        try
        {
            await context.Response.StartAsync(cancellation);
            var pinged = clock.GetTimestamp();
            while (!cancellation.IsCancellationRequested)
            {
                byte[][] lines;
                Task more;
                lock (_lock)
                {
                    lines = [.. _orders.SkipWhile(o => o.N <= after).Select(o => o.Line)];
                    after = Math.Max(after, _head);
                    more = _more.Task;
                }

                if (lines.Length == 0 && clock.GetElapsedTime(pinged) >= PingEvery)
                {
                    pinged = clock.GetTimestamp();
                    lines = [Line(new Order(after, OrderKind.Ping, Scope.All, "ping", Order.Plane, clock.GetUtcNow().ToUnixTimeSeconds(), Draws.Random128()))];
                }

                foreach (var line in lines)
                {
                    await context.Response.Body.WriteAsync(line, cancellation);
                }

                if (lines.Length > 0)
                {
                    await context.Response.Body.FlushAsync(cancellation);
                }

                _ = await Task.WhenAny(more, Task.Delay(PingEvery, clock, cancellation));
            }
        }
        catch (OperationCanceledException)
        {
            // The point, or this plane, is gone.
        }
    }

    private byte[] Line(Order order) => Encoding.ASCII.GetBytes(order.Sign(working.Lease) + "\n");
}
