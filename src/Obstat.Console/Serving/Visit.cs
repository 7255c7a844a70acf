using Microsoft.AspNetCore.Http;
using Obstat.Console.Api;

namespace Obstat.Console.Serving;

/// <summary>One request.</summary>
/// <param name="Http">The request.</param>
/// <param name="Path">Its path, decoded once.</param>
/// <param name="Api">The API, with its session.</param>
/// <param name="Session">The session's secret; null where there is none.</param>
/// <param name="Look">How the reader wants it.</param>
internal sealed record Visit(HttpContext Http, string Path, ApiClient Api, string? Session, Look Look)
{
    /// <summary>The query as it came, with its question mark; empty where there is none.</summary>
    public string Query => Http.Request.QueryString.Value ?? "";

    /// <summary>Gives the request up.</summary>
    public CancellationToken Cancellation => Http.RequestAborted;

    /// <summary>One parameter; null where it is absent, empty or stands twice.</summary>
    public string? this[string name] => Http.Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>How the plane is.</summary>
    public Task<Answered<StateView>> StateAsync() => Session is null ? Task.FromResult(new Answered<StateView>(new ApiRefusal(ApiRefusal.Login, "There is no session."))) : Api.GetAsync(ApiRoutes.State, ApiJson.Default.StateView, Cancellation);
}
