using System.Globalization;
using Microsoft.AspNetCore.Http;
using Obstat.Console.Api;
using Obstat.Console.Pages;

namespace Obstat.Console.Serving;

/// <summary>Every POST: a form of these pages, sent from these pages, by the session that was given it. It ends in a 303, so loading again repeats nothing.</summary>
internal sealed class Acting(Replies replies, FormSeal seal, ConsoleOptions options)
{
    private const int FormBytesMax = 16 * 1024;

    /// <summary>The session's cookie. Browsers give one host's cookies to all its ports, so the port is in the name.</summary>
    public static string CookieName(HttpRequest request) => string.Create(CultureInfo.InvariantCulture, $"obstat-{request.Host.Port ?? 0}");

    /// <summary>Trades a link's token for a session and its cookie. False: the token is good for nothing.</summary>
    public static async Task<bool> BeginAsync(Visit visit, string token)
    {
        var done = await visit.Api.PostAsync(ApiRoutes.Session, new LoginRequest(token), ApiJson.Default.LoginRequest, ApiJson.Default.LoginDone, visit.Cancellation);
        if (!done.IsAnswered)
        {
            return false;
        }

        visit.Http.Response.Cookies.Append(
            CookieName(visit.Http.Request), done.Value.Session,
            new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = visit.Http.Request.IsHttps, Path = "/", Expires = done.Value.Ends });
        return true;
    }

    /// <summary>Serves one.</summary>
    public async Task ServeAsync(Visit visit)
    {
        var request = visit.Http.Request;
        if (!IsFromHere(request) || !request.HasFormContentType || request.ContentLength is null or > FormBytesMax)
        {
            await replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.BadRequest, "Expected a form of these pages, sent from these pages."));
            return;
        }

        var form = await request.ReadFormAsync(visit.Cancellation);
        if (visit.Path == "/login")
        {
            await LoginAsync(visit, form);
            return;
        }

        if (visit.Session is null || !seal.Is(form["seal"], "form", visit.Session))
        {
            await replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.BadRequest, "Expected a form that this session was given since these pages started. Load the page again.", "seal"));
            return;
        }

        await (visit.Path switch
        {
            "/halt" => StopAsync(visit, form, isForEver: false),
            "/revoke" => StopAsync(visit, form, isForEver: true),
            "/logout" => LogoutAsync(visit),
            "/me" => LookAsync(visit, form),
            _ => replies.RefuseAsync(visit, new ApiRefusal(ApiRefusal.NotFound, $"There is no page {visit.Path}.")),
        });
    }

    private bool IsFromHere(HttpRequest request)
    {
        var (origin, site) = (request.Headers.Origin.ToString(), request.Headers["Sec-Fetch-Site"].ToString());
        return (origin.Length == 0 || options.Authorities.Any(a => origin.Equals($"{request.Scheme}://{a}", StringComparison.OrdinalIgnoreCase))) && site is "" or "same-origin" or "none";
    }

    private async Task LoginAsync(Visit visit, IFormCollection form)
    {
        var given = form["token"].ToString().Trim();
        var token = given.LastIndexOf("t=", StringComparison.Ordinal) is >= 0 and var at && given.Contains("/login", StringComparison.Ordinal) ? given[(at + 2)..] : given;
        if (token.Length is > 0 and <= 512 && await BeginAsync(visit, token))
        {
            Replies.SeeOther(visit, Replies.Inside(form["next"]));
            return;
        }

        await replies.PageAsync<LoginPage>(
            visit, 403, "Log in", "", Task.FromResult(new Answered<StateView>(new ApiRefusal(ApiRefusal.Login, "There is no session."))), f => f with { IsPlain = true },
            ("Next", form["next"].ToString()), ("IsRefused", true));
    }

    private async Task StopAsync(Visit visit, IFormCollection form, bool isForEver)
    {
        var (order, page) = (HaltOrder.Of(form), isForEver ? "/revoke" : "/halt");
        if (order is not { IsWhole: true } || (isForEver && order.Kind == "all") || form["confirm"].ToString().Trim() != order.Name)
        {
            var back = order is null ? "" : $"?kind={Uri.EscapeDataString(order.Kind)}&value={Uri.EscapeDataString(order.Value)}&reason={Uri.EscapeDataString(order.Reason)}&again=1";
            Replies.SeeOther(visit, page + back);
            return;
        }

        var done = await visit.Api.PostAsync(
            isForEver ? ApiRoutes.Revocations : ApiRoutes.Halts, new HaltRequest(order.Kind, order.Value, order.Reason), ApiJson.Default.HaltRequest, ApiJson.Default.HaltDone, visit.Cancellation);
        if (!done.IsAnswered)
        {
            await replies.RefuseAsync(visit, done.Refusal);
            return;
        }

        string[] words = [isForEver ? done.Value.Scope : done.Value.Id, Text(done.Value.Entry), Text(done.Value.Ordered), Text(done.Value.Acknowledged)];
        Replies.SeeOther(visit, $"{page}/done?id={Uri.EscapeDataString(words[0])}&entry={words[1]}&ordered={words[2]}&acknowledged={words[3]}&seal={seal.Of([page, visit.Session!, .. words])}");
    }

    private static async Task LogoutAsync(Visit visit)
    {
        await visit.Api.LogoutAsync(visit.Cancellation);
        visit.Http.Response.Cookies.Delete(CookieName(visit.Http.Request), new CookieOptions { Path = "/", SameSite = SameSiteMode.Strict, HttpOnly = true });
        Replies.SeeOther(visit, "/login");
    }

    private static Task LookAsync(Visit visit, IFormCollection form)
    {
        var look = Look.Parse($"{form["theme"]}{(form["compact"] == "1" ? ".compact" : "")}{(form["keys"] == "1" ? "" : ".nokeys")}");
        visit.Http.Response.Cookies.Append(Look.Cookie, look.ToString(), new CookieOptions { SameSite = SameSiteMode.Strict, HttpOnly = true, Path = "/", MaxAge = TimeSpan.FromDays(365) });
        Replies.SeeOther(visit, "/me");
        return Task.CompletedTask;
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
