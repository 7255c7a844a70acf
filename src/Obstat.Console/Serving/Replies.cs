using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Obstat.Console.Api;
using Obstat.Console.Pages;

namespace Obstat.Console.Serving;

/// <summary>Answers with pages: what was asked for, or the page that says why not.</summary>
internal sealed class Replies(PageWriter writer, ConsoleOptions options, FormSeal seal, TimeProvider clock)
{
    /// <summary>Whether <c>/styleguide</c> is there.</summary>
    public bool IsDevelopment => options.IsDevelopment;

    /// <summary>The time.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>A page made of one answer of the API.</summary>
    public async Task ShowAsync<TPage, T>(Visit visit, string path, JsonTypeInfo<T> type, string title, string section, Func<Facts, T, Facts>? more = null, params (string, object?)[] parameters)
        where TPage : IComponent
        where T : class
    {
        var state = visit.StateAsync();
        var answer = await visit.Api.GetAsync(path, type, visit.Cancellation);
        if (!answer.IsAnswered)
        {
            await RefuseAsync(visit, answer.Refusal, state);
            return;
        }

        await PageAsync<TPage>(visit, 200, title, section, state, more is null ? null : facts => more(facts, answer.Value), [("View", answer.Value), .. parameters]);
    }

    /// <summary>A page that was made.</summary>
    public async Task PageAsync<TPage>(
        Visit visit, int status, string title, string section, Task<Answered<StateView>>? state = null, Func<Facts, Facts>? more = null, params (string, object?)[] parameters)
        where TPage : IComponent
    {
        var known = await (state ?? visit.StateAsync());
        var facts = new Facts
        {
            Title = title,
            Section = section,
            State = known.Value,
            Unknown = known.IsAnswered ? null : known.Refusal,
            Now = Now,
            Look = visit.Look,
            Seal = visit.Session is null ? null : seal.Of("form", visit.Session),
            IsDevelopment = options.IsDevelopment,
        };
        await writer.SendAsync<TPage>(visit.Http.Response, status, more is null ? facts : more(facts), parameters);
    }

    /// <summary>The page that says why a question was not answered.</summary>
    public async Task RefuseAsync(Visit visit, ApiRefusal refusal, Task<Answered<StateView>>? state = null)
    {
        if (refusal.Code == ApiRefusal.Login)
        {
            ToLogin(visit);
            return;
        }

        var (status, title) = refusal.Code switch
        {
            ApiRefusal.BadRequest => (400, "Not understood"),
            ApiRefusal.Denied => (403, "Not yours to see"),
            ApiRefusal.NotFound => (404, "Not there"),
            ApiRefusal.Busy => (503, "Busy"),
            ApiClient.SilentCode => (503, "Unknown"),
            _ => (503, refusal.Code),
        };
        await PageAsync<RefusedPage>(visit, status, title, "", state, null, ("Refusal", refusal), ("Path", visit.Path + visit.Query), ("Trace", visit.Http.TraceIdentifier));
    }

    /// <summary>Bytes of a type; to who asks for the head alone, what they are.</summary>
    public static async Task BytesAsync(HttpContext http, ReadOnlyMemory<byte> bytes, string type)
    {
        (http.Response.ContentType, http.Response.ContentLength) = (type, bytes.Length);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        }
    }

    /// <summary>The proof viewer, under its own policy.</summary>
    public static Task ViewerAsync(HttpContext http, string html)
    {
        http.Response.Headers.ContentSecurityPolicy = $"{Assets.ViewerPolicy}; frame-ancestors 'none'";
        return BytesAsync(http, Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8");
    }

    /// <summary>Leads to the login, and back.</summary>
    public static void ToLogin(Visit visit)
    {
        var back = HttpMethods.IsPost(visit.Http.Request.Method) || visit.Path == "/" ? "" : $"?next={Uri.EscapeDataString(visit.Path + visit.Query)}";
        SeeOther(visit, "/login" + back);
    }

    /// <summary>Leads elsewhere on these pages.</summary>
    public static void SeeOther(Visit visit, string to)
    {
        visit.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        visit.Http.Response.Headers.Location = to;
    }

    /// <summary>A path of these pages from a parameter; anything that could lead away is the overview.</summary>
    public static string Inside(string? next) => next is ['/', not ('/' or '\\'), ..] && !next.Any(char.IsControl) ? next : "/";
}
