using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Obstat.Console.Api;
using Obstat.Console.Serving;
using static Obstat.Console.Tests.LoopbackHost;

namespace Obstat.Console.Tests;

/// <summary>The real pages for everybody over a double of the public API.</summary>
internal sealed class PublicDouble : IAsyncDisposable
{
    private LoopbackHost _host = null!;
    private PublicSite _site = null!;

    public Uri Address => _host.Address;

    /// <summary>Whether the API answers nothing.</summary>
    public bool IsSilent { get; set; }

    public PublicStateView State { get; set; } = new()
    {
        AsOf = World.Now,
        Origin = "acme.k3v9q2x7ab.obstat.internal",
        LogKey = "acme.k3v9q2x7ab.obstat.internal+5f3c0d21+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=",
        Proved = new PublicProvedView(World.Now.AddSeconds(-4), false, 15),
        IsServing = true,
        IsDamaged = false,
        Size = 812,
        Root = World.Hex(2),
        Heads = [new(812, World.Hex(2), 0), new(800, World.Hex(3), 0)],
        Gaps = [new(310, World.Now.AddHours(-2), "refusals")],
        Orphans = 2,
    };

    public static async Task<PublicDouble> StartAsync()
    {
        var made = new PublicDouble();
        made._host = await LoopbackHost.StartAsync(made.ServeAsync);
        made._site = new PublicSite(made.Address, TimeProvider.System, NullLoggerFactory.Instance);
        return made;
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        await _host.DisposeAsync();
    }

    private Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (!path.StartsWith(PublicRoutes.Prefix, StringComparison.Ordinal))
        {
            return _site.ServeAsync(context);
        }

        if (IsSilent)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        PublicEntryView[] rows =
        [
            new(811, "decision", World.Now, "deny", "NotPermitted", "mcp.tools/call", null, ProofState.InHead), new(810, "outcome", World.Now, null, null, null, null, ProofState.InHead),
            new(809, "decision", World.Now, "allow", null, "mcp.tools/call", "payments/balance", ProofState.InHead), new(808, "unreadable", null, null, null, null, null, ProofState.Failed),
        ];
        return path switch
        {
            PublicRoutes.State => SendAsync(context, State, ApiJson.Default.PublicStateView),
            PublicRoutes.Entries => SendAsync(context, new PublicEntriesView([.. rows], 808, 812), ApiJson.Default.PublicEntriesView),
            PublicRoutes.Days => SendAsync(context, new PublicDaysView([new(DateOnly.FromDateTime(World.Now.UtcDateTime), [new(null, "310"), new("NotPermitted", "40"), new("Forbidden", "< 5")])]), ApiJson.Default.PublicDaysView),
            PublicRoutes.Policies => SendAsync(context, new PublicPoliciesView(World.Hex(5), [new(40, World.Now, World.Hex(5))], [new("pay-small", "permit", World.Policy.Text)]), ApiJson.Default.PublicPoliciesView),
            _ when rows.FirstOrDefault(r => path == $"{PublicRoutes.Entry}{r.Entry}") is { } row => SendAsync(context, row, ApiJson.Default.PublicEntryView),
            _ => RefuseAsync(context, 404, new ApiRefusal(ApiRefusal.NotFound, "there is no such entry")),
        };
    }
}
