using System.Text.Json.Serialization.Metadata;
using Obstat.Console.Api;
using Obstat.Proof.Encodings;
using Obstat.Proof.Leases;
using Obstat.Storage.Serving;

namespace Obstat.Server.Faces;

/// <summary>The questions of the read API, each by its path: which parameters it knows, which role, which face answers. Owns the keeper of the index and the pool. Safe for concurrent use.</summary>
internal sealed class FacesParts : IDisposable
{
    private readonly FaceSources _plane;
    private readonly Damage _damage = new();
    private readonly Sealed _opened;
    private readonly FaceRows _rows;
    private readonly DecisionsFace _decisions;
    private readonly EntryFace _entries;
    private readonly PoliciesFace _policies;
    private readonly ToolsFace _tools;
    private readonly IdentitiesFace _identities;
    private readonly LedgerFace _ledger;
    private readonly HaltsFace _halts;
    private readonly LineageFace _lineage;
    private readonly PointFace _points;
    private readonly LeasesFace _leases;
    private readonly EventsFace _events;
    private readonly DemoFace _demo;

    /// <summary>Opens the index and begins to follow the ledger.</summary>
    public FacesParts(FaceSources plane)
    {
        _plane = plane;
        var opened = _opened = new Sealed(plane.Vault);
        _rows = new FaceRows(opened);
        Keeper = new IndexKeeper(plane.Ledger, opened, _rows, _damage);
        Pool = new QueryPool(plane.Ledger, _damage);
        _demo = new DemoFace(plane.Settings.Paths, plane.Clock);
        Sessions = new Sessions(plane.Clock, _demo.Show() is null ? null : new DemoSessions(plane.Settings.Paths.DemoSessions));
        Standing = new Standing(plane, Keeper, _damage, _demo);
        Health = new HealthFace(plane, Standing, Keeper, _damage);
        _policies = new PoliciesFace(plane);
        _decisions = new DecisionsFace(plane, _rows, opened, Standing);
        _entries = new EntryFace(plane, _rows, opened, _policies);
        _tools = new ToolsFace(plane, _rows, opened);
        _identities = new IdentitiesFace(plane, Standing);
        _ledger = new LedgerFace(plane, Keeper, _damage);
        _halts = new HaltsFace(plane, _rows, Standing);
        _lineage = new LineageFace(_rows, plane.Ledger.Origin);
        _points = new PointFace(plane, _rows, Standing);
        _leases = new LeasesFace(plane, _rows);
        _events = new EventsFace(plane, Keeper, Pool, _rows, Standing);
    }

    /// <summary>Follows the ledger.</summary>
    public IndexKeeper Keeper { get; }

    /// <summary>Answers questions.</summary>
    public QueryPool Pool { get; }

    /// <summary>Who may ask.</summary>
    public Sessions Sessions { get; }

    /// <summary>How the plane is.</summary>
    public Standing Standing { get; }

    /// <summary>How its parts are.</summary>
    public HealthFace Health { get; }

    /// <summary>What of it everybody may know.</summary>
    public PublicFace Public(PublishedLog log) => new(_plane, Standing, log, _opened);

    /// <summary>What answers a GET of each fixed path.</summary>
    public Dictionary<string, Func<HttpContext, Session, Task>> Reads() => new(StringComparer.Ordinal)
    {
        [ApiRoutes.State] = (http, me) => RefusedAsync(http, Parameters.Of(http.Request.Query)) ?? FacesApi.WriteAsync(http, Standing.Of(me), ApiJson.Default.StateView),
        [ApiRoutes.Overview] = (http, me) => PlainAsync(http, ApiJson.Default.OverviewView, desk => _decisions.Overview(desk, me.Role)),
        [ApiRoutes.Decisions] = DecisionsAsync,
        [ApiRoutes.Executions] = ExecutionsAsync,
        [ApiRoutes.Policies] = (http, _) => PlainAsync(http, ApiJson.Default.PoliciesView, _policies.Show),
        [ApiRoutes.Tools] = (http, me) => PlainAsync(http, ApiJson.Default.ToolsView, desk => _tools.Show(desk, me.Role)),
        [ApiRoutes.Identities] = (http, _) => PlainAsync(http, ApiJson.Default.IdentitiesView, _identities.Show),
        [ApiRoutes.Ledger] = LedgerAsync,
        [ApiRoutes.Health] = (http, _) => PlainAsync(http, ApiJson.Default.HealthView, Health.Show),
        [ApiRoutes.Setup] = (http, _) => PlainAsync(http, ApiJson.Default.SetupView, Setup),
        [ApiRoutes.Halts] = (http, me) => PlainAsync(http, ApiJson.Default.HaltsView, desk => _halts.Show(desk, me.Role)),
        [ApiRoutes.HaltPreview] = PreviewAsync,
        [ApiRoutes.Leases] = (http, me) => PlainAsync(http, ApiJson.Default.LeasesView, desk => _leases.Show(desk, me.Role)),
        [ApiRoutes.Compare] = CompareAsync,
        [ApiRoutes.Demo] = (http, _) => RefusedAsync(http, Parameters.Of(http.Request.Query))
            ?? (_demo.Show() is { } demo ? FacesApi.WriteAsync(http, demo, ApiJson.Default.DemoView) : FacesApi.RefuseAsync(http, 404, ApiRefusal.NotFound, "no demo runs on this plane; `obstat demo --open` starts one with a plane of its own")),
        [ApiRoutes.Events] = EventsAsync,
    };

    /// <summary>What answers a GET of a path with an index or an id at its end; null for none.</summary>
    public Func<HttpContext, Session, Task>? ReadOf(string path)
        => path.StartsWith(ApiRoutes.Entries, StringComparison.Ordinal) ? (http, me) => EntryAsync(http, me, path[ApiRoutes.Entries.Length..])
            : path.StartsWith(ApiRoutes.Points, StringComparison.Ordinal) ? (http, me) => PlainAsync(http, ApiJson.Default.PointDetailView, desk => _points.Show(desk, path[ApiRoutes.Points.Length..], me.Role))
            : path.StartsWith(ApiRoutes.Lineage, StringComparison.Ordinal) ? (http, me) => LineageAsync(http, me, path[ApiRoutes.Lineage.Length..])
            : null;

    public void Dispose()
    {
        Pool.Dispose();
        Keeper.Dispose();
    }

    private Task DecisionsAsync(HttpContext http, Session me)
    {
        var parameters = Parameters.Of(http.Request.Query, "verdict", "reason", "action", "principal", "tool", "point", "from", "to", "after", "limit", "facets", "canary");
        var filter = parameters.Filter(_plane.Clock.GetUtcNow(), _plane.Vault.FindPseudonym);
        var (after, limit, facets) = (parameters.Index("after"), parameters.Limit(), parameters.OneOf("facets", "0", "1"));
        if (parameters.OneOf("canary", "0", "1") == "1")
        {
            if (filter != Storage.Indexing.DecisionFilter.All || facets is not null)
            {
                parameters.Refuse("canary", "expected nothing beside it but after and limit");
            }

            return AskAsync(http, parameters, ApiJson.Default.DecisionsView, desk => _decisions.Probes(desk, after, limit, me.Role));
        }

        return AskAsync(http, parameters, ApiJson.Default.DecisionsView, desk => _decisions.List(desk, filter, after, limit, facets == "1", me.Role));
    }

    private Task ExecutionsAsync(HttpContext http, Session me)
    {
        var parameters = Parameters.Of(http.Request.Query, "state", "after", "limit");
        var (state, after, limit) = (parameters.OneOf("state", "all", "running", "orphaned", "refused") ?? "all", parameters.Index("after"), parameters.Limit());
        return AskAsync(http, parameters, ApiJson.Default.ExecutionsView, desk => _decisions.Executions(desk, state, after, limit, me.Role));
    }

    private Task LedgerAsync(HttpContext http, Session me)
    {
        var parameters = Parameters.Of(http.Request.Query, "after", "limit");
        var (after, limit) = (parameters.Index("after"), parameters.Limit());
        return AskAsync(http, parameters, ApiJson.Default.LedgerView, desk => _ledger.Show(desk, after, limit));
    }

    private Task PreviewAsync(HttpContext http, Session me)
    {
        var parameters = Parameters.Of(http.Request.Query, "kind", "value");
        if (!Scope.TryParse(parameters.Text("kind"), parameters.Text("value"), out var scope))
        {
            parameters.Refuse("kind", $"expected one of {string.Join(", ", Scope.KindWords)}, with its value");
        }

        return AskAsync(http, parameters, ApiJson.Default.HaltPreview, _ => _halts.Preview(scope!.Value));
    }

    private Task EntryAsync(HttpContext http, Session me, string index)
        => !FacesApi.TryIndex(index, out var entry)
            ? FacesApi.RefuseAsync(http, 400, ApiRefusal.BadRequest, "expected the index of an entry, in decimal", "index")
            : PlainAsync(http, ApiJson.Default.EntryView, desk => _entries.Show(desk, entry, me.Role));

    private Task LineageAsync(HttpContext http, Session me, string id)
        => !IsExecution(id)
            ? FacesApi.RefuseAsync(http, 400, ApiRefusal.BadRequest, "expected the id of an execution, 22 characters", "id")
            : PlainAsync(http, ApiJson.Default.LineageView, desk => _lineage.Show(desk, id, me.Role));

    private Task CompareAsync(HttpContext http, Session me)
    {
        var parameters = Parameters.Of(http.Request.Query, "a", "b");
        var (a, b) = (parameters.Text("a") ?? "", parameters.Text("b") ?? "");
        foreach (var (name, id) in (ReadOnlySpan<(string, string)>)[("a", a), ("b", b)])
        {
            if (!IsExecution(id))
            {
                parameters.Refuse(name, "expected the id of an execution, 22 characters");
            }
        }

        return AskAsync(http, parameters, ApiJson.Default.CompareView, desk => _lineage.Show(desk, a, me.Role) is { } one && _lineage.Show(desk, b, me.Role) is { } other ? CompareFace.Of(one, other) : null);
    }

    /// <summary>A lineage for other people's tools: only of entries that are proven.</summary>
    public async Task<string?> ExportAsync(HttpContext http, string id, bool isProv)
    {
        if (!IsExecution(id) || http.Request.QueryString.HasValue)
        {
            await FacesApi.RefuseAsync(http, 400, ApiRefusal.BadRequest, "expected the id of an execution, 22 characters, and no parameter", "id");
            return null;
        }

        var (isAnswered, text) = await Pool.AskAsync(desk => _lineage.Export(desk, id, isProv), http.RequestAborted);
        if (!isAnswered || text is null)
        {
            await (isAnswered ? NothingAsync(http) : BusyAsync(http));
            return null;
        }

        return text;
    }

    private static bool IsExecution(string id) => Base64Url.TryDecode(id, out var bytes) && bytes.Length == 16;

    private Task EventsAsync(HttpContext http, Session me)
    {
        var parameters = Parameters.Of(http.Request.Query, "verdict", "reason", "action", "principal", "tool", "point");
        var filter = parameters.Filter(_plane.Clock.GetUtcNow(), _plane.Vault.FindPseudonym);
        long last = 0;
        var resumes = http.Request.Headers["Last-Event-ID"] is [{ } id];
        if (resumes && !FacesApi.TryIndex(http.Request.Headers["Last-Event-ID"][0]!, out last))
        {
            parameters.Refuse("Last-Event-ID", "expected the index of an entry");
        }

        return RefusedAsync(http, parameters) ?? _events.ServeAsync(http, me, filter, resumes ? last : null);
    }

    private SetupView Setup(Desk desk)
    {
        var settings = _plane.Settings;
        var (allows, denials) = desk.Index.CountOf(Storage.Indexing.DecisionFacet.Action, "mcp.tools/call");
        return new SetupView(settings.File, settings.Listen.Gateway is { } gateway ? $"http://{gateway}" : null, [.. _plane.Snapshots.Current.Snapshot.Trust.Servers.Keys], allows + denials);
    }

    private Task PlainAsync<T>(HttpContext http, JsonTypeInfo<T> type, Func<Desk, T?> question)
        where T : class => AskAsync(http, Parameters.Of(http.Request.Query), type, question);

    /// <summary>Says which parameter is wrong; null where none is.</summary>
    private static Task? RefusedAsync(HttpContext http, Parameters parameters)
        => parameters.Wrong is var (name, why) ? FacesApi.RefuseAsync(http, 400, ApiRefusal.BadRequest, $"{name}: {why}", name) : null;

    private async Task AskAsync<T>(HttpContext http, Parameters parameters, JsonTypeInfo<T> type, Func<Desk, T?> question)
        where T : class
    {
        if (RefusedAsync(http, parameters) is { } refused)
        {
            await refused;
            return;
        }

        var (isAnswered, answer) = await Pool.AskAsync(question, http.RequestAborted);
        await (!isAnswered ? BusyAsync(http) : answer is null ? NothingAsync(http) : FacesApi.WriteAsync(http, answer, type));
    }

    private static Task BusyAsync(HttpContext http) => FacesApi.RefuseAsync(http, 503, ApiRefusal.Busy, "the questions before this one took all the time that faces have; decisions are not touched by it");

    private static Task NothingAsync(HttpContext http) => FacesApi.RefuseAsync(http, 404, ApiRefusal.NotFound, "there is no such thing in this ledger");
}
