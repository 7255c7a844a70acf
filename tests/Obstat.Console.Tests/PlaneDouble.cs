using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Obstat.Console.Api;
using Obstat.Console.Serving;
using static Obstat.Console.Tests.LoopbackHost;

namespace Obstat.Console.Tests;

/// <summary>The real pages over a double of the read API, on a loopback port: the double speaks the API's own records, and can be told to be silent, busy or slow.</summary>
internal sealed class PlaneDouble : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Role> _sessions = new();
    private readonly ConcurrentDictionary<string, Role> _links = new();
    private readonly ConcurrentDictionary<Channel<string>, byte> _viewers = new();
    private LoopbackHost _host = null!;
    private ConsoleSite _site = null!;

    public World World { get; } = new();

    public Uri Address => _host.Address;

    /// <summary>Whether the API answers nothing, as a plane that is gone.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Streams at once; more are refused.</summary>
    public int StreamsMax { get; set; } = 100;

    public ConcurrentQueue<HaltRequest> Halted { get; } = new();

    public ConcurrentQueue<HaltRequest> Revoked { get; } = new();

    public static async Task<PlaneDouble> StartAsync()
    {
        var made = new PlaneDouble();
        made._host = await LoopbackHost.StartAsync(made.ServeAsync);
        made._site = new ConsoleSite(new ConsoleOptions(made.Address, [made.Address.Authority], IsDevelopment: true), TimeProvider.System, NullLoggerFactory.Instance);
        return made;
    }

    public string Link(Role role)
    {
        var token = $"link-{Guid.NewGuid():N}";
        _links[token] = role;
        return $"{Address}login?t={token}";
    }

    public void Send(DecisionRow row)
    {
        World.Rows.Add(row);
        Tell(RowText(row));
    }

    public void Beat() => Tell(BeatText());

    /// <summary>Ends every stream, as a plane does that is killed.</summary>
    public void Cut()
    {
        foreach (var viewer in _viewers.Keys)
        {
            viewer.Writer.TryComplete();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        await _site.DisposeAsync();
        await _host.DisposeAsync();
    }

    private static string RowText(DecisionRow row) => $"id: {row.Entry}\nevent: row\ndata: {JsonSerializer.Serialize(row, ApiJson.Default.DecisionRow)}\n\n";

    private string BeatText() => $"event: beat\ndata: {JsonSerializer.Serialize(new BeatView(DateTimeOffset.UtcNow, 812, World.Refusing, World.Halts.Length, World.Proved) { Troubles = World.Troubles }, ApiJson.Default.BeatView)}\n\n";

    private void Tell(string text)
    {
        foreach (var viewer in _viewers.Keys)
        {
            viewer.Writer.TryWrite(text);
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (!path.StartsWith(ApiRoutes.Prefix, StringComparison.Ordinal))
        {
            await _site.ServeAsync(context);
            return;
        }

        if (IsSilent)
        {
            context.Abort();
            return;
        }

        var session = context.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var secret] ? secret : "";
        if (path == ApiRoutes.Session && context.Request.Method == "POST")
        {
            await LoginAsync(context);
            return;
        }

        if (!_sessions.TryGetValue(session, out var role))
        {
            await RefuseAsync(context, 401, new ApiRefusal(ApiRefusal.Login, "There is no session."));
            return;
        }

        if (World.IsBusy && path != ApiRoutes.State)
        {
            await RefuseAsync(context, 503, new ApiRefusal(ApiRefusal.Busy, "Four questions are being answered, and 64 wait."));
            return;
        }

        await AnswerAsync(context, path, role, session);
    }

    private async Task AnswerAsync(HttpContext context, string path, Role role, string session)
    {
        var query = context.Request.Query;
        string? Get(string name) => query[name] is [{ Length: > 0 } value] ? value : null;
        switch (path)
        {
            case ApiRoutes.Session:
                _sessions.TryRemove(session, out _);
                context.Response.StatusCode = 204;
                break;
            case ApiRoutes.State: await SendAsync(context, World.State(role), ApiJson.Default.StateView); break;
            case ApiRoutes.Overview: await SendAsync(context, World.Overview(role), ApiJson.Default.OverviewView); break;
            case ApiRoutes.Decisions when query.Keys.FirstOrDefault(k => k is not ("verdict" or "reason" or "action" or "principal" or "tool" or "point" or "from" or "to" or "after" or "limit" or "facets")) is { } unknown:
                await RefuseAsync(context, 400, new ApiRefusal(ApiRefusal.BadRequest, "expected one of verdict, reason, action, principal, tool, point, from, to, after, limit, facets", unknown));
                break;
            case ApiRoutes.Decisions:
                await SendAsync(context, World.Decisions(role, Get("verdict"), Get("reason"), Get("after") is { } after ? long.Parse(after) : null, Get("limit") is { } limit ? int.Parse(limit) : 50), ApiJson.Default.DecisionsView);
                break;
            case ApiRoutes.Executions: await SendAsync(context, World.Executions(role, Get("state") ?? "all"), ApiJson.Default.ExecutionsView); break;
            case ApiRoutes.Policies: await SendAsync(context, World.Policies, ApiJson.Default.PoliciesView); break;
            case ApiRoutes.Tools: await SendAsync(context, World.Tools(role), ApiJson.Default.ToolsView); break;
            case ApiRoutes.Identities: await SendAsync(context, World.Identities, ApiJson.Default.IdentitiesView); break;
            case ApiRoutes.Ledger: await SendAsync(context, World.Ledger, ApiJson.Default.LedgerView); break;
            case ApiRoutes.Health: await SendAsync(context, World.Health, ApiJson.Default.HealthView); break;
            case ApiRoutes.Setup: await SendAsync(context, World.Setup, ApiJson.Default.SetupView); break;
            case ApiRoutes.Leases: await SendAsync(context, World.Leases(role), ApiJson.Default.LeasesView); break;
            case ApiRoutes.Compare: await SendOrMissAsync(context, World.Compare(role, Get("a") ?? "", Get("b") ?? ""), ApiJson.Default.CompareView, "There is no such execution."); break;
            case ApiRoutes.Revocations when context.Request.Method == "POST": await HaltAsync(context, role, isForEver: true); break;
            case var _ when path.StartsWith(ApiRoutes.Points, StringComparison.Ordinal): await SendOrMissAsync(context, World.Point(role, path[ApiRoutes.Points.Length..]), ApiJson.Default.PointDetailView, "There is no such enforcement point."); break;
            case ApiRoutes.Demo: await SendOrMissAsync(context, World.Demo, ApiJson.Default.DemoView, "no demo runs on this plane"); break;
            case ApiRoutes.Events: await EventsAsync(context); break;
            case ApiRoutes.HaltPreview: await SendAsync(context, new HaltPreview($"{Get("kind")} {Get("value")}", 1), ApiJson.Default.HaltPreview); break;
            case ApiRoutes.Halts when context.Request.Method == "POST": await HaltAsync(context, role, isForEver: false); break;
            case ApiRoutes.Halts:
                await SendAsync(context, new HaltsView(World.Halts, 1, World.Shown(role, World.Rows.Where(r => r.Reason is null && r.Result is null).Take(5)), 5), ApiJson.Default.HaltsView);
                break;
            case var _ when path.EndsWith(ApiRoutes.ProofSuffix, StringComparison.Ordinal): await ProofAsync(context, role); break;
            case var _ when path.StartsWith(ApiRoutes.Entries, StringComparison.Ordinal):
                await SendOrMissAsync(context, World.Entry(role, long.Parse(path[ApiRoutes.Entries.Length..])), ApiJson.Default.EntryView, "There is no such entry.");
                break;
            case var _ when path.StartsWith(ApiRoutes.Lineage, StringComparison.Ordinal):
                await SendOrMissAsync(context, World.Lineage(role, path[ApiRoutes.Lineage.Length..]), ApiJson.Default.LineageView, "There is no such execution.");
                break;
            default: await RefuseAsync(context, 404, new ApiRefusal(ApiRefusal.NotFound, "no such path")); break;
        }
    }

    private async Task LoginAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.LoginRequest);
        if (!_links.TryRemove(request!.Token, out var role))
        {
            await RefuseAsync(context, 403, new ApiRefusal(ApiRefusal.Login, "The link is used or too old."));
            return;
        }

        var secret = Guid.NewGuid().ToString("N");
        _sessions[secret] = role;
        await SendAsync(context, new LoginDone(secret, DateTimeOffset.UtcNow.AddHours(8)), ApiJson.Default.LoginDone);
    }

    private async Task HaltAsync(HttpContext context, Role role, bool isForEver)
    {
        if (!role.Stops())
        {
            await RefuseAsync(context, 403, new ApiRefusal(ApiRefusal.Denied, "Operators and owners halt."));
            return;
        }

        var request = (await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.HaltRequest))!;
        (isForEver ? Revoked : Halted).Enqueue(request);
        var scope = request.Kind == "all" ? "all" : $"{request.Kind} {request.Value}";
        World.Halts = isForEver ? World.Halts : World.Halts.Add(new("halt-1", scope, request.Reason, "uid:1000", DateTimeOffset.UtcNow, true));
        await SendAsync(context, new HaltDone("halt-1", scope, 813, 1, 1), ApiJson.Default.HaltDone);
    }

    private static async Task ProofAsync(HttpContext context, Role role)
    {
        if (!role.Exports())
        {
            await RefuseAsync(context, 403, new ApiRefusal(ApiRefusal.Denied, "Auditors and owners take evidence away."));
            return;
        }

        context.Response.ContentType = "application/zip";
        await context.Response.Body.WriteAsync("PK-not-a-bundle"u8.ToArray());
    }

    private async Task EventsAsync(HttpContext context)
    {
        if (_viewers.Count >= StreamsMax)
        {
            await RefuseAsync(context, 503, new ApiRefusal(ApiRefusal.Busy, "expected fewer streams of a session"));
            return;
        }

        context.Response.ContentType = "text/event-stream";
        var channel = Channel.CreateUnbounded<string>();
        _viewers[channel] = 0;
        try
        {
            await context.Response.WriteAsync(BeatText());
            if (context.Request.Headers["Last-Event-ID"] is [{ } last])
            {
                await context.Response.WriteAsync(string.Concat(World.Rows.Where(r => r.Entry > long.Parse(last)).Select(RowText)));
            }

            await context.Response.Body.FlushAsync();
            await foreach (var text in channel.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(text, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer went away.
        }
        finally
        {
            _viewers.TryRemove(channel, out _);
        }
    }

    private static Task SendOrMissAsync<T>(HttpContext context, T? value, JsonTypeInfo<T> type, string missing)
        where T : class
        => value is null ? RefuseAsync(context, 404, new ApiRefusal(ApiRefusal.NotFound, missing)) : SendAsync(context, value, type);
}
