using System.Globalization;
using System.Text;
using System.Text.Json;
using Obstat.Console.Api;
using Obstat.Console.Drawing;
using Obstat.Console.Pages;
using Obstat.Proof.Reasons;

namespace Obstat.Console.Serving;

/// <summary>Every GET. It changes nothing.</summary>
internal sealed class Reading(Replies replies, FormSeal seal)
{
    /// <summary>Serves one.</summary>
    public Task ServeAsync(Visit visit) => visit.Path switch
    {
        "/" => replies.ShowAsync<OverviewPage, OverviewView>(visit, ApiRoutes.Overview + visit.Query, ApiJson.Default.OverviewView, "Overview", "/"),
        "/decisions" => DecisionsAsync(visit),
        "/executions" => replies.ShowAsync<ExecutionsPage, ExecutionsView>(visit, ApiRoutes.Executions + visit.Query, ApiJson.Default.ExecutionsView, "Executions", "/executions", null, ("State", visit["state"] ?? "all"), ("After", visit["after"])),
        "/policies" => replies.ShowAsync<PoliciesPage, PoliciesView>(visit, ApiRoutes.Policies + visit.Query, ApiJson.Default.PoliciesView, "Policies", "/policies"),
        "/tools" => replies.ShowAsync<ToolsPage, ToolsView>(visit, ApiRoutes.Tools + visit.Query, ApiJson.Default.ToolsView, "Tools", "/tools"),
        "/identities" => replies.ShowAsync<IdentitiesPage, IdentitiesView>(visit, ApiRoutes.Identities + visit.Query, ApiJson.Default.IdentitiesView, "Identities", "/identities"),
        "/ledger" => replies.ShowAsync<LedgerPage, LedgerView>(visit, ApiRoutes.Ledger + visit.Query, ApiJson.Default.LedgerView, "Ledger", "/ledger", null, ("After", visit["after"])),
        "/health" => replies.ShowAsync<HealthPage, HealthView>(visit, ApiRoutes.Health + visit.Query, ApiJson.Default.HealthView, "Health", "/health"),
        "/setup" => replies.ShowAsync<SetupPage, SetupView>(visit, ApiRoutes.Setup + visit.Query, ApiJson.Default.SetupView, "Set up", "/setup"),
        "/demo" => replies.ShowAsync<DemoPage, DemoView>(visit, ApiRoutes.Demo + visit.Query, ApiJson.Default.DemoView, "Demo", "/demo", (facts, _) => facts with { Live = "/events?demo=1", Keeps = true }),
        "/halt" => HaltAsync(visit),
        "/halt/done" => HaltDoneAsync(visit),
        "/revoke" => RevokeAsync(visit),
        "/revoke/done" => RevokeDoneAsync(visit),
        "/leases" => replies.ShowAsync<LeasesPage, LeasesView>(visit, ApiRoutes.Leases + visit.Query, ApiJson.Default.LeasesView, "Leases", "/executions"),
        "/compare" => replies.ShowAsync<ComparePage, CompareView>(visit, ApiRoutes.Compare + visit.Query, ApiJson.Default.CompareView, "Compare", "/executions"),
        "/reasons" => replies.PageAsync<ReasonsPage>(visit, 200, "Reason codes", ""),
        "/me" => MeAsync(visit),
        "/login" => LoginAsync(visit),
        "/go" => GoAsync(visit),
        "/verify" => Replies.ViewerAsync(visit.Http, Assets.Viewer),
        "/styleguide" when replies.IsDevelopment => replies.PageAsync<StyleguidePage>(visit, 200, "Style guide", ""),
        _ when Assets.ByPath.TryGetValue(visit.Path, out var asset) => AssetAsync(visit, asset),
        _ when Tail(visit.Path, "/reasons/") is { } code => ReasonAsync(visit, code),
        _ when Tail(visit.Path, "/x/") is { } execution => ExecutionAsync(visit, execution),
        _ when Tail(visit.Path, "/health/points/") is { } point => replies.ShowAsync<PointPage, PointDetailView>(
            visit, ApiRoutes.Points + Uri.EscapeDataString(point) + visit.Query, ApiJson.Default.PointDetailView, point, "/health"),
        _ when Tail(visit.Path, "/e/") is { } entry => EntryAsync(visit, entry),
        _ => replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.NotFound, $"There is no page {visit.Path}.")),
    };

    private Task DecisionsAsync(Visit visit)
    {
        var (query, filters) = (visit.Query, FilterQuery.Of(visit.Http.Request.Query));
        return replies.ShowAsync<DecisionsPage, DecisionsView>(
            visit, ApiRoutes.Decisions + (query.Length > 1 ? query + "&facets=1" : "?facets=1"), ApiJson.Default.DecisionsView, "Decisions", "/decisions",
            (facts, view) => filters.IsNewest ? facts with { Live = filters.EventsFrom(view.Size) } : facts, ("Query", filters));
    }

    private async Task EntryAsync(Visit visit, string tail)
    {
        var parts = tail.Split('/');
        if (!long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index) || parts[0] != index.ToString(CultureInfo.InvariantCulture))
        {
            await replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.BadRequest, $"Expected the decimal index of an entry, got {parts[0]}.", "index"));
            return;
        }

        switch (parts)
        {
            case [_]:
                await replies.ShowAsync<EntryPage, EntryView>(visit, ApiRoutes.Entries + parts[0], ApiJson.Default.EntryView, $"Entry {parts[0]}", "/decisions", null, ("IsHex", visit["raw"] == "hex"));
                break;
            case [_, "proof.zip"] or [_, "verify"]:
                await ProofAsync(visit, index, parts[1] == "verify");
                break;
            default:
                await replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.NotFound, $"There is no page {visit.Path}."));
                break;
        }
    }

    private async Task ExecutionAsync(Visit visit, string tail)
    {
        var (id, file) = tail.LastIndexOf('/') is >= 0 and var at ? (tail[..at], tail[at..]) : (tail, "");
        var path = ApiRoutes.Lineage + Uri.EscapeDataString(id);
        if (file.Length == 0)
        {
            await replies.ShowAsync<LineagePage, LineageView>(visit, path, ApiJson.Default.LineageView, "Execution", "/executions", null, ("Shape", visit["view"] ?? "outline"));
            return;
        }

        if (file is ApiRoutes.ProvSuffix or ApiRoutes.OpenLineageSuffix)
        {
            if (await BytesAsync(visit, path + file) is { } bytes)
            {
                await FileAsync(visit, bytes, file == ApiRoutes.ProvSuffix ? "application/json" : "application/x-ndjson", id + file.Replace('/', '-'));
            }

            return;
        }

        if (file is not ("/lineage.json" or "/lineage.dot" or "/lineage.svg"))
        {
            await replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.NotFound, $"There is no page {visit.Path}."));
            return;
        }

        var lineage = await visit.Api.GetAsync(path, ApiJson.Default.LineageView, visit.Cancellation);
        if (!lineage.IsAnswered)
        {
            await replies.RefuseAsync(visit, lineage.Refusal);
            return;
        }

        var (type, text) = file switch
        {
            "/lineage.json" => ("application/json", JsonSerializer.Serialize(lineage.Value, ApiJson.Default.LineageView)),
            "/lineage.dot" => ("text/vnd.graphviz; charset=utf-8", LineageFile.Dot(lineage.Value)),
            _ => ("image/svg+xml", LineageFile.Svg(lineage.Value)),
        };
        await (text is null
            ? replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.NotFound, "These executions lead back to themselves: that is an error of the data and cannot be drawn."))
            : FileAsync(visit, Encoding.UTF8.GetBytes(text), type, id + file.Replace('/', '-')));
    }

    private static Task FileAsync(Visit visit, byte[] bytes, string type, string name)
    {
        visit.Http.Response.Headers.ContentDisposition = $"attachment; filename=\"{string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))}\"";
        return Replies.BytesAsync(visit.Http, bytes, type);
    }

    /// <summary>Bytes that the API gives; null where it gave none, which was answered.</summary>
    private async Task<byte[]?> BytesAsync(Visit visit, string path)
    {
        try
        {
            using var answer = await visit.Api.OpenAsync(path, null, visit.Cancellation);
            if (answer.IsSuccessStatusCode)
            {
                return await answer.Content.ReadAsByteArrayAsync(visit.Cancellation);
            }

            await replies.RefuseAsync(visit, await ApiClient.RefusalAsync(answer, visit.Cancellation));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !visit.Cancellation.IsCancellationRequested))
        {
            await replies.RefuseAsync(visit, ApiClient.Silent);
        }

        return null;
    }

    private async Task ProofAsync(Visit visit, long index, bool inViewer)
    {
        if (await BytesAsync(visit, $"{ApiRoutes.Entries}{index}{ApiRoutes.ProofSuffix}") is not { } bundle)
        {
            return;
        }

        if (inViewer)
        {
            // Inert data: the viewer's own policy covers its script alone, and it trusts nothing that stands here.
            var block = $"<script type=\"application/json\" class=\"bundle\" data-name=\"entry-{index}.zip\">{Convert.ToBase64String(bundle)}</script>\n";
            await Replies.ViewerAsync(visit.Http, Assets.Viewer.Replace("<header>", block + "<header>", StringComparison.Ordinal));
            return;
        }

        await FileAsync(visit, bundle, "application/zip", $"entry-{index}.zip");
    }

    private async Task HaltAsync(Visit visit)
    {
        var state = visit.StateAsync();
        var halts = await visit.Api.GetAsync(ApiRoutes.Halts, ApiJson.Default.HaltsView, visit.Cancellation);
        if (!halts.IsAnswered)
        {
            await replies.RefuseAsync(visit, halts.Refusal, state);
            return;
        }

        var (order, preview, told) = await OrderAsync(visit);
        await replies.PageAsync<HaltPage>(
            visit, 200, "Halt", "/halt", state, f => f with { IsPlain = true }, ("View", halts.Value), ("Order", order), ("Preview", preview), ("Told", told));
    }

    private async Task RevokeAsync(Visit visit)
    {
        var state = visit.StateAsync();
        var identities = await visit.Api.GetAsync(ApiRoutes.Identities, ApiJson.Default.IdentitiesView, visit.Cancellation);
        if (!identities.IsAnswered)
        {
            await replies.RefuseAsync(visit, identities.Refusal, state);
            return;
        }

        var (order, preview, told) = await OrderAsync(visit);
        if (order is { Kind: "all" })
        {
            (preview, told) = (null, "Choose what is to be revoked: everything at once can be halted, not revoked.");
        }

        await replies.PageAsync<RevokePage>(
            visit, 200, "Revoke", "/identities", state, f => f with { IsPlain = true }, ("Revoked", identities.Value.Revoked), ("Order", order), ("Preview", preview), ("Told", told));
    }

    /// <summary>What a form of the kill switch was filled in with, what it would end, and what is missing. Only a reason that was left out is no fault: a link may fill in the rest.</summary>
    private static async Task<(HaltOrder? Order, HaltPreview? Preview, string? Told)> OrderAsync(Visit visit)
    {
        var order = HaltOrder.Of(visit.Http.Request.Query);
        if (order is not { IsWhole: true })
        {
            return (order, null, order is null || !visit.Http.Request.Query.ContainsKey("reason") ? null : order.Wrong);
        }

        var preview = await visit.Api.GetAsync(
            $"{ApiRoutes.HaltPreview}?kind={Uri.EscapeDataString(order.Kind)}&value={Uri.EscapeDataString(order.Value)}", ApiJson.Default.HaltPreview, visit.Cancellation);
        return (order, preview.Value, preview.IsAnswered ? null : preview.Refusal.Detail);
    }

    private async Task HaltDoneAsync(Visit visit)
    {
        var (words, isTold) = DoneOf(visit, "/halt");
        var halts = await visit.Api.GetAsync(ApiRoutes.Halts, ApiJson.Default.HaltsView, visit.Cancellation);
        if (!halts.IsAnswered && halts.Refusal.Code == ApiRefusal.Login)
        {
            Replies.ToLogin(visit);
            return;
        }

        await replies.PageAsync<HaltDonePage>(
            visit, 200, "Halted", "/halt", null, f => f with { IsPlain = true, Refresh = 2 }, ("Id", words[0]), ("Entry", words[1]), ("Ordered", words[2]), ("Acknowledged", words[3]), ("IsTold", isTold), ("View", halts.Value));
    }

    private Task RevokeDoneAsync(Visit visit)
    {
        var (words, isTold) = DoneOf(visit, "/revoke");
        return replies.PageAsync<RevokeDonePage>(
            visit, 200, "Revoked", "/identities", null, f => f with { IsPlain = true }, ("Scope", words[0]), ("Entry", words[1]), ("Ordered", words[2]), ("Acknowledged", words[3]), ("IsTold", isTold));
    }

    private (string[] Words, bool IsTold) DoneOf(Visit visit, string page)
    {
        var words = new[] { visit["id"], visit["entry"], visit["ordered"], visit["acknowledged"] }.Select(w => w ?? "").ToArray();
        return (words, visit.Session is not null && seal.Is(visit["seal"], [page, visit.Session, .. words]));
    }

    private async Task MeAsync(Visit visit)
    {
        var state = visit.StateAsync();
        if ((await state) is { IsAnswered: false } unknown)
        {
            await replies.RefuseAsync(visit, unknown.Refusal, state);
            return;
        }

        await replies.PageAsync<MePage>(visit, 200, "You", "", state);
    }

    private async Task LoginAsync(Visit visit)
    {
        // A link in the address bar acts at once; one that another site leads here by only fills the form.
        var isOwn = visit.Http.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin";
        if (visit["t"] is { } token && isOwn && await Acting.BeginAsync(visit, token))
        {
            Replies.SeeOther(visit, Replies.Inside(visit["next"]));
            return;
        }

        await replies.PageAsync<LoginPage>(
            visit, 200, "Log in", "", Task.FromResult(new Answered<StateView>(new ApiRefusal(ApiRefusal.Login, "There is no session."))), f => f with { IsPlain = true },
            ("Token", isOwn ? null : visit["t"]), ("Next", visit["next"]), ("IsRefused", visit["t"] is not null && isOwn));
    }

    private Task ReasonAsync(Visit visit, string code) => ReasonCodes.TryParse(code, out var reason)
        ? replies.PageAsync<ReasonDetailPage>(visit, 200, code, "", null, null, ("Entry", ReasonTable.Entries.First(e => e.Reason == reason)))
        : replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.NotFound, $"There is no reason code {code}.", "code"));

    private async Task GoAsync(Visit visit)
    {
        var q = visit["q"]?.Trim();
        if (q is null)
        {
            Replies.SeeOther(visit, "/");
            return;
        }

        if (long.TryParse(q, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            Replies.SeeOther(visit, $"/e/{index}");
            return;
        }

        if (ReasonTable.Entries.FirstOrDefault(e => e.Code.Equals(q, StringComparison.OrdinalIgnoreCase)) is { } reason)
        {
            Replies.SeeOther(visit, $"/reasons/{reason.Code}");
            return;
        }

        var state = visit.StateAsync();
        var lineage = await visit.Api.GetAsync(ApiRoutes.Lineage + Uri.EscapeDataString(q), ApiJson.Default.LineageView, visit.Cancellation);
        if (lineage.IsAnswered)
        {
            Replies.SeeOther(visit, $"/x/{Uri.EscapeDataString(lineage.Value.Execution)}");
            return;
        }

        var decisions = await visit.Api.GetAsync($"{ApiRoutes.Decisions}?limit=1&facets=1", ApiJson.Default.DecisionsView, visit.Cancellation);
        if (!decisions.IsAnswered)
        {
            await replies.RefuseAsync(visit, decisions.Refusal, state);
            return;
        }

        var hits = decisions.Value.Facets.SelectMany(f => f.Values.Where(v => v.Label.Contains(q, StringComparison.OrdinalIgnoreCase)).Select(v => (f.Parameter, Value: v))).ToArray();
        if (hits is [var only])
        {
            Replies.SeeOther(visit, $"/decisions?{only.Parameter}={Uri.EscapeDataString(only.Value.Value)}");
            return;
        }

        await replies.PageAsync<FoundPage>(visit, hits.Length == 0 ? 404 : 200, "Search", "", state, f => f with { Search = q }, ("Hits", hits));
    }

    private static Task AssetAsync(Visit visit, Asset asset)
    {
        visit.Http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Replies.BytesAsync(visit.Http, asset.Bytes, asset.ContentType);
    }

    private static string? Tail(string path, string prefix) => path.Length > prefix.Length && path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : null;
}
