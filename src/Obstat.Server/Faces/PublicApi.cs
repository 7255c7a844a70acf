using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Obstat.Console.Api;
using Obstat.Proof.Reasons;
using Obstat.Storage;
using Obstat.Storage.Serving;

namespace Obstat.Server.Faces;

/// <summary>
/// What <c>listen.public</c> answers. One question at a time, and the same answer for ten seconds, so that everybody together take less than one person at the console. A refusal says nothing but its code.
/// No host is checked: there is no secret here that a page elsewhere could read in somebody's name. Safe for concurrent use.
/// </summary>
internal sealed class PublicApi(FaceSources plane, FacesParts parts, ILogger logger) : IDisposable
{
    /// <summary>How long an answer is good.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private const int KeptMax = 256;
    private const int LimitMax = 50;
    private const string Json = "application/json";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, (long At, byte[] Body, string Type)> _kept = new(StringComparer.Ordinal);
    private readonly Lazy<PublishedLog> _log = new(() => PublishedLog.Open(plane.Ledger.Folder));

    /// <summary>Whether a path is of the API or of the log's files.</summary>
    public static bool Serves(string path) => path.StartsWith(PublicRoutes.Prefix, StringComparison.Ordinal) || IsLog(path);

    /// <summary>Serves one request.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        var path = request.Path.Value ?? "";
        Headers(response, path);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            await RefuseAsync(http, 405, ApiRefusal.BadRequest);
            return;
        }

        var key = path + request.QueryString.Value;
        if (_kept.TryGetValue(key, out var kept) && plane.Clock.GetElapsedTime(kept.At) < Kept)
        {
            await WriteAsync(http, kept.Body, kept.Type);
            return;
        }

        if (!await _turn.WaitAsync(Patience, http.RequestAborted))
        {
            await RefuseAsync(http, 503, ApiRefusal.Busy);
            return;
        }

        try
        {
            if (await AnswerAsync(http, path) is var (body, type))
            {
                if (_kept.Count >= KeptMax)
                {
                    _kept.Clear();
                }

                _kept[key] = (plane.Clock.GetTimestamp(), body, type);
                await WriteAsync(http, body, type);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked went away.
        }
        catch (IndexLiesException)
        {
            parts.Keeper.Distrust();
            await RefuseAsync(http, 503, ApiRefusal.Busy);
        }
        catch (LedgerUnavailableException)
        {
            await RefuseAsync(http, 503, DenyReason.LedgerUnavailable.ToCode());
        }
#pragma warning disable CA1031 // A face that fails says so; it decides nothing.
        catch (Exception e) when (!response.HasStarted)
#pragma warning restore CA1031
        {
            Log.Fault(logger, e, e.GetType().Name);
            await RefuseAsync(http, 500, DenyReason.Fault.ToCode());
        }
        finally
        {
            _ = _turn.Release();
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        if (_log.IsValueCreated)
        {
            _log.Value.Dispose();
        }
    }

    private async Task<(byte[] Body, string Type)?> AnswerAsync(HttpContext http, string path)
    {
        var log = _log.Value;
        var face = parts.Public(log);
        if (IsLog(path))
        {
            return log.Read(path[1..]) is { } bytes ? (bytes.ToArray(), path == "/checkpoint" ? "text/plain; charset=utf-8" : "application/octet-stream") : await NothingAsync(http);
        }

        switch (path)
        {
            case PublicRoutes.State:
                return await AskAsync(http, Parameters.Of(http.Request.Query), ApiJson.Default.PublicStateView, face.State);
            case PublicRoutes.Days:
                return await AskAsync(http, Parameters.Of(http.Request.Query), ApiJson.Default.PublicDaysView, face.Days);
            case PublicRoutes.Policies:
                return await AskAsync(http, Parameters.Of(http.Request.Query), ApiJson.Default.PublicPoliciesView, face.Policies);
            case PublicRoutes.Entries:
                var parameters = Parameters.Of(http.Request.Query, "after", "limit");
                var (after, limit) = (parameters.Index("after"), Math.Min(LimitMax, parameters.Limit()));
                return await AskAsync(http, parameters, ApiJson.Default.PublicEntriesView, desk => face.Entries(desk, after, limit));
            default:
                var isProof = path.EndsWith(PublicRoutes.ProofSuffix, StringComparison.Ordinal);
                if (!path.StartsWith(PublicRoutes.Entry, StringComparison.Ordinal)
                    || !FacesApi.TryIndex(path[PublicRoutes.Entry.Length..^(isProof ? PublicRoutes.ProofSuffix.Length : 0)], out var index) || http.Request.QueryString.HasValue)
                {
                    return await NothingAsync(http);
                }

                return !isProof ? await AskAsync(http, Parameters.Of(http.Request.Query), ApiJson.Default.PublicEntryView, desk => face.Entry(desk, index))
                    : face.Proof(index) is { } proof ? (proof, "text/plain; charset=utf-8") : await NothingAsync(http);
        }
    }

    private async Task<(byte[] Body, string Type)?> AskAsync<T>(HttpContext http, Parameters parameters, JsonTypeInfo<T> type, Func<Desk, T?> question)
        where T : class
    {
        if (parameters.Wrong is not null)
        {
            await RefuseAsync(http, 400, ApiRefusal.BadRequest);
            return null;
        }

        var (isAnswered, answer) = await parts.Pool.AskAsync(question, http.RequestAborted);
        if (!isAnswered)
        {
            await RefuseAsync(http, 503, ApiRefusal.Busy);
            return null;
        }

        return answer is null ? await NothingAsync(http) : (JsonSerializer.SerializeToUtf8Bytes(answer, type), Json);
    }

    private static async Task<(byte[] Body, string Type)?> NothingAsync(HttpContext http)
    {
        await RefuseAsync(http, 404, ApiRefusal.NotFound);
        return null;
    }

    private static bool IsLog(string path) => path == "/checkpoint" || path.StartsWith("/tile/", StringComparison.Ordinal);

    private static Task WriteAsync(HttpContext http, byte[] body, string type)
    {
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static Task RefuseAsync(HttpContext http, int status, string code)
    {
        http.Response.Headers.CacheControl = "no-store";
        return FacesApi.RefuseAsync(http, status, code, "");
    }

    private static void Headers(HttpResponse response, string path)
    {
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "public, max-age=10";
        if (IsLog(path) || path.EndsWith(PublicRoutes.ProofSuffix, StringComparison.Ordinal))
        {
            response.Headers.AccessControlAllowOrigin = "*";
        }
    }
}
