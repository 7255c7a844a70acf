using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Obstat.Console.Api;
using Obstat.Console.Pages;
using Obstat.Console.Parts;

namespace Obstat.Console.Serving;

/// <summary>
/// The pages that everybody may read, on a listener of their own: what <see cref="PublicRoutes"/> answers, and nothing else. No session, cookie, form, script or event; every page may be kept for ten seconds. No host is checked: there is nothing here that a page elsewhere could read in
/// somebody's name. Safe for concurrent use.
/// </summary>
public sealed class PublicSite : IAsyncDisposable
{
    private const int PagesAtOnce = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly HttpClient _http;
    private readonly ApiClient _api;
    private readonly PageWriter _writer;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _turns = new(PagesAtOnce, PagesAtOnce);

    /// <summary>The pages over the public API.</summary>
    /// <param name="api">Its address.</param>
    /// <param name="clock">The time.</param>
    /// <param name="loggers">Where pages that cannot be made are told.</param>
    public PublicSite(Uri api, TimeProvider clock, ILoggerFactory loggers)
    {
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = api, Timeout = Patience };
        (_api, _writer) = (new ApiClient(_http, session: null), new PageWriter(loggers));
    }

    /// <summary>Serves one request.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Headers.Set(context.Response);
        context.Response.Headers.CacheControl = "public, max-age=10";
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.CacheControl = "no-store";
            return;
        }

        if (!await _turns.WaitAsync(TimeSpan.FromSeconds(1), context.RequestAborted))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.CacheControl = "no-store";
            return;
        }

        try
        {
            await ReadAsync(context, context.Request.Path.Value ?? "/");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader went away.
        }
        finally
        {
            _ = _turns.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _turns.Dispose();
        await _writer.DisposeAsync();
    }

    private Task ReadAsync(HttpContext http, string path)
    {
        const string Entries = "/public/entries";
        const string OneEntry = Entries + "/";
        if (Assets.ByPath.TryGetValue(path, out var asset) && asset != Assets.Script)
        {
            http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Replies.BytesAsync(http, asset.Bytes, asset.ContentType);
        }

        return path switch
        {
            not Entries when http.Request.QueryString.HasValue => RefuseAsync(http, ApiRefusal.BadRequest, null),
            "/" => Lead(http),
            "/public" => OverviewAsync(http),
            Entries => ShowAsync<PublicEntriesPage, PublicEntriesView>(http, PublicRoutes.Entries + http.Request.QueryString.Value, ApiJson.Default.PublicEntriesView, "Entries", path),
            "/public/policies" => ShowAsync<PublicPoliciesPage, PublicPoliciesView>(http, PublicRoutes.Policies, ApiJson.Default.PublicPoliciesView, "Policies", path),
            "/verify" => Replies.ViewerAsync(http, Assets.Viewer),
            _ when path.StartsWith(OneEntry, StringComparison.Ordinal) && long.TryParse(path[OneEntry.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var entry) && path.Length == OneEntry.Length + entry.ToString(CultureInfo.InvariantCulture).Length
                => ShowAsync<PublicEntryPage, PublicEntryView>(http, string.Create(CultureInfo.InvariantCulture, $"{PublicRoutes.Entry}{entry}"), ApiJson.Default.PublicEntryView, $"Entry {entry}", Entries),
            _ => RefuseAsync(http, ApiRefusal.NotFound, null),
        };
    }

    private static Task Lead(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = "/public";
        return Task.CompletedTask;
    }


    private async Task OverviewAsync(HttpContext http)
    {
        var state = await StateAsync(http);
        if (!state.IsAnswered)
        {
            await RefuseAsync(http, state.Refusal.Code, null);
            return;
        }

        var days = await _api.GetAsync(PublicRoutes.Days, ApiJson.Default.PublicDaysView, http.RequestAborted);
        await PageAsync<PublicOverviewPage>(http, 200, "Overview", "/public", state.Value, ("View", state.Value), ("Days", days.Value));
    }

    private async Task ShowAsync<TPage, T>(HttpContext http, string path, JsonTypeInfo<T> type, string title, string section)
        where TPage : IComponent
        where T : class
    {
        var state = await StateAsync(http);
        var answer = await _api.GetAsync(path, type, http.RequestAborted);
        await (answer.IsAnswered ? PageAsync<TPage>(http, 200, title, section, state.Value, ("View", answer.Value)) : RefuseAsync(http, answer.Refusal.Code, state.Value));
    }

    private Task<Answered<PublicStateView>> StateAsync(HttpContext http) => _api.GetAsync(PublicRoutes.State, ApiJson.Default.PublicStateView, http.RequestAborted);

    private Task RefuseAsync(HttpContext http, string code, PublicStateView? state)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (status, title) = code switch
        {
            ApiRefusal.BadRequest => (400, "Not understood"),
            ApiRefusal.NotFound => (404, "Not there"),
            ApiRefusal.Busy => (503, "Busy"),
            _ => (503, "Unknown"),
        };
        return PageAsync<PublicRefusedPage>(http, status, title, "", state, ("Code", code));
    }

    private Task PageAsync<TPage>(HttpContext http, int status, string title, string section, PublicStateView? state, params (string, object?)[] parameters)
        where TPage : IComponent
    {
        var facts = new Facts
        {
            Title = title,
            Section = section,
            State = null,
            Unknown = null,
            Now = _clock.GetUtcNow(),
            Look = Look.Usual,
            Seal = null,
            IsDevelopment = false,
            IsPlain = true,
        };
        return _writer.SendAsync<PublicFrame, TPage>(http.Response, status, facts, [(nameof(PublicFrame.State), state)], parameters);
    }
}
