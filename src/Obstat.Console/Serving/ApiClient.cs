using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Obstat.Console.Api;

namespace Obstat.Console.Serving;

/// <summary>Asks the read API with a session's own secret: a page can do what its reader may, and nothing else. Nothing that it answers is kept.</summary>
/// <param name="http">The client; its base address is the API.</param>
/// <param name="session">The session's secret; null: nobody is logged in.</param>
public sealed class ApiClient(HttpClient http, string? session)
{
    /// <summary>The API did not answer, or not in its own words.</summary>
    public const string SilentCode = "silent";

    private const int AnswerBytesMax = 16 << 20;

    /// <summary>Nobody answered.</summary>
    public static ApiRefusal Silent { get; } = new(SilentCode, "The control plane does not answer.");

    /// <summary>Asks.</summary>
    public Task<Answered<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
        => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), type, cancellation);

    /// <summary>Acts.</summary>
    public Task<Answered<T>> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, bodyType));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, type, cancellation);
    }

    /// <summary>Ends the session.</summary>
    public async Task LogoutAsync(CancellationToken cancellation)
    {
        try
        {
            using var request = Signed(new HttpRequestMessage(HttpMethod.Delete, ApiRoutes.Session));
            using var answer = await http.SendAsync(request, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Its cookie goes all the same; a plane that is away has forgotten its sessions.
        }
    }

    /// <summary>Asks for bytes or a stream. The caller disposes of the answer.</summary>
    /// <exception cref="HttpRequestException">Nobody answered.</exception>
    public Task<HttpResponseMessage> OpenAsync(string path, string? lastEvent, CancellationToken cancellation)
    {
        var request = Signed(new HttpRequestMessage(HttpMethod.Get, path));
        if (lastEvent is not null)
        {
            _ = request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEvent);
        }

        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>Reads why a question was refused.</summary>
    public static async Task<ApiRefusal> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(answer);
        try
        {
            return JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellation), ApiJson.Default.ApiRefusal) ?? Silent;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return Silent;
        }
    }

    private async Task<Answered<T>> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        using var signed = Signed(request);
        try
        {
            using var answer = await http.SendAsync(signed, HttpCompletionOption.ResponseHeadersRead, cancellation);
            await answer.Content.LoadIntoBufferAsync(AnswerBytesMax, cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                return new(await RefusalAsync(answer, cancellation));
            }

            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            return await JsonSerializer.DeserializeAsync(body, type, cancellation) is { } value ? new(value) : default;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return e is JsonException ? new(new ApiRefusal(SilentCode, $"The control plane's answer to {request.RequestUri} is not one that these pages know: {e.Message}")) : default;
        }
    }

    private HttpRequestMessage Signed(HttpRequestMessage request)
    {
        if (session is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", session);
        }

        return request;
    }
}
