using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Obstat.Console.Api;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;
using Obstat.Storage;

namespace Obstat.Server.Faces;

/// <summary>
/// The read API of <see cref="ApiRoutes"/>. Who asks is told by a bearer alone, never by a cookie, so a page elsewhere can send nothing in somebody's name; a request for another host's name or from another origin is
/// refused before anything is read. Every question goes to the bounded pool; what acts goes the way of the operators' own socket, and is recorded under the session's name. Safe for concurrent use.
/// </summary>
internal sealed class FacesApi(FaceSources plane, FacesParts parts, ILogger logger) : IDisposable
{
    private const int BodyBytesMax = 16 * 1024;
    private const int ExportsMax = 2;
    private const int SupportingMax = 100_000;
    private const string Type = "application/json";

    private readonly SemaphoreSlim _exports = new(ExportsMax, ExportsMax);
    private readonly Attempts _attempts = new(plane.Clock);
    private readonly FrozenDictionary<string, Func<HttpContext, Session, Task>> _reads = parts.Reads().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The <c>Host</c> values that are served; none before the listener has its port.</summary>
    public IReadOnlyCollection<string> Authorities { get; set; } = [];

    /// <summary>Serves one request below <see cref="ApiRoutes.Prefix"/>.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        var request = http.Request;
        Headers(http.Response);
        if (!Authorities.Contains(request.Host.Value, StringComparer.OrdinalIgnoreCase))
        {
            await RefuseAsync(http, 421, ApiRefusal.BadRequest, "expected the host that this listener was given");
            return;
        }

        if (request.Headers.Origin is [{ } origin] && !Authorities.Any(a => string.Equals(origin, $"http://{a}", StringComparison.OrdinalIgnoreCase)))
        {
            await RefuseAsync(http, 403, ApiRefusal.Denied, "expected no other origin");
            return;
        }

        var path = request.Path.Value ?? "";
        if (path == ApiRoutes.Session && request.Method == HttpMethods.Post)
        {
            await LoginAsync(http);
            return;
        }

        var secret = request.Headers.Authorization is [{ } value] && value.StartsWith("Bearer ", StringComparison.Ordinal) ? value["Bearer ".Length..] : null;
        if (parts.Sessions.Find(secret) is not { } session)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(http, 401, ApiRefusal.Login, "expected the bearer of a session; `obstat console link` begins one");
            return;
        }

        try
        {
            await ServeAsync(http, session, secret!, path);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked went away.
        }
        catch (IndexLiesException e)
        {
            parts.Keeper.Distrust();
            await RefuseAsync(http, 503, ApiRefusal.Busy, e.Message);
        }
        catch (LedgerUnavailableException e)
        {
            await RefuseAsync(http, 503, DenyReason.LedgerUnavailable.ToCode(), e.Message);
        }
#pragma warning disable CA1031 // A face that fails says so; it decides nothing.
        catch (Exception e) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            Log.Fault(logger, e, e.GetType().Name);
            await RefuseAsync(http, 500, DenyReason.Fault.ToCode(), "unforeseen; the plane's log names it");
        }
    }

    public void Dispose() => _exports.Dispose();

    private async Task ServeAsync(HttpContext http, Session session, string secret, string path)
    {
        var method = http.Request.Method;
        if (method == HttpMethods.Get && path.StartsWith(ApiRoutes.Entries, StringComparison.Ordinal) && path.EndsWith(ApiRoutes.ProofSuffix, StringComparison.Ordinal))
        {
            await ProofAsync(http, session, path[ApiRoutes.Entries.Length..^ApiRoutes.ProofSuffix.Length]);
        }
        else if (method == HttpMethods.Get && path.StartsWith(ApiRoutes.Lineage, StringComparison.Ordinal) && (path.EndsWith(ApiRoutes.ProvSuffix, StringComparison.Ordinal) || path.EndsWith(ApiRoutes.OpenLineageSuffix, StringComparison.Ordinal)))
        {
            await LineageAsync(http, session, path);
        }
        else if (method == HttpMethods.Get && (_reads.GetValueOrDefault(path) ?? parts.ReadOf(path)) is { } read)
        {
            await read(http, session);
        }
        else if (method == HttpMethods.Post && path is ApiRoutes.Halts or ApiRoutes.Revocations)
        {
            await StopAsync(http, session, path == ApiRoutes.Revocations);
        }
        else if (method == HttpMethods.Delete && path == ApiRoutes.Session)
        {
            parts.Sessions.End(secret);
            http.Response.StatusCode = 204;
        }
        else
        {
            await RefuseAsync(http, 404, ApiRefusal.NotFound, "there is nothing here for this method and path");
        }
    }

    private async Task LoginAsync(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        if (_attempts.IsTooMany(address))
        {
            await RefuseAsync(http, 429, ApiRefusal.Busy, "too many links that are good for nothing came from this address; wait a minute");
            return;
        }

        if (await BodyAsync(http, ApiJson.Default.LoginRequest) is not { } login)
        {
            return;
        }

        if (!parts.Sessions.TryBegin(login.Token, out var secret, out var session))
        {
            _attempts.Failed(address);
            await RefuseAsync(http, 401, ApiRefusal.Login, "expected a link's token that nobody used and that is not older than five minutes");
            return;
        }

        await WriteAsync(http, new LoginDone(secret, session.End), ApiJson.Default.LoginDone);
    }

    private async Task StopAsync(HttpContext http, Session session, bool isForEver)
    {
        if (!session.Role.Stops())
        {
            await DenyAsync(http, session, "stop", Role.Operator);
            return;
        }

        if (await BodyAsync(http, ApiJson.Default.HaltRequest) is not { } halt)
        {
            return;
        }

        if (!Scope.TryParse(halt.Kind, halt.Value, out var scope) || halt.Reason.Trim().Length is < 1 or > Order.TextMax)
        {
            await RefuseAsync(http, 400, ApiRefusal.BadRequest, "expected a kind of scope, its value, and a reason of 1 to 512 characters", scope is null ? "kind" : "reason");
            return;
        }

        var (done, reason) = isForEver
            ? await plane.Stops.RevokeAsync(scope.Value, halt.Reason.Trim(), session.Name)
            : (await plane.Stops.HaltAsync(scope.Value, halt.Reason.Trim(), session.Name), DenyReason.Undecided);
        if (done is null)
        {
            await RefuseAsync(http, 503, reason.ToCode(), "it is not in the ledger, so it is not revoked; a halt needs no ledger");
            return;
        }

        await WriteAsync(http, new HaltDone(done.Id, scope.Value.ToString(), done.Entry, done.Ordered, done.Acknowledged), ApiJson.Default.HaltDone);
    }

    private async Task ProofAsync(HttpContext http, Session session, string index)
    {
        if (!session.Role.Exports())
        {
            await DenyAsync(http, session, "take evidence away", Role.Auditor);
            return;
        }

        if (!TryIndex(index, out var entry) || entry >= plane.Ledger.State.Size)
        {
            await RefuseAsync(http, 404, ApiRefusal.NotFound, "there is no such entry");
            return;
        }

        if (!await _exports.WaitAsync(TimeSpan.Zero))
        {
            await RefuseAsync(http, 503, ApiRefusal.Busy, "two bundles are being written; ask again");
            return;
        }

        byte[]? bundle = null;
        try
        {
            var (isAnswered, supporting) = await parts.Pool.AskAsync(desk => desk.Index.Size() > entry ? Ledgers.Exporter.SupportingTypes.SelectMany(t => desk.Index.Events(t, null, SupportingMax)).ToArray() : null, http.RequestAborted);
            bundle = isAnswered && supporting is not null ? await Task.Run(() => plane.Exporter.Export(entry, entry, supporting)) : null;
        }
        finally
        {
            _ = _exports.Release();
        }

        if (bundle is null)
        {
            await RefuseAsync(http, 503, ApiRefusal.Busy, "no signed head covers it yet, or the index has not read it; ask again");
            return;
        }

        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"entry-{entry}.zip\"");
        http.Response.ContentLength = bundle.Length;
        await http.Response.Body.WriteAsync(bundle, http.RequestAborted);
    }

    private async Task LineageAsync(HttpContext http, Session session, string path)
    {
        if (!session.Role.Exports())
        {
            await DenyAsync(http, session, "take evidence away", Role.Auditor);
            return;
        }

        var isProv = path.EndsWith(ApiRoutes.ProvSuffix, StringComparison.Ordinal);
        var id = path[ApiRoutes.Lineage.Length..^(isProv ? ApiRoutes.ProvSuffix : ApiRoutes.OpenLineageSuffix).Length];
        if (await parts.ExportAsync(http, id, isProv) is { } text)
        {
            http.Response.ContentType = isProv ? Type : "application/x-ndjson";
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"execution-{id}{(isProv ? ".prov.json" : ".openlineage.ndjson")}\"";
            await http.Response.WriteAsync(text, http.RequestAborted);
        }
    }

    private Task DenyAsync(HttpContext http, Session session, string what, Role needed)
    {
        Log.Suspect(logger, session.Name, $"may not {what} as {session.Role.Word()}");
        return RefuseAsync(http, 403, ApiRefusal.Denied, $"to {what} takes the role {needed.Word()}; this session has {session.Role.Word()}; whoever may use the plane's own socket makes a link with another");
    }

    /// <summary>The body of a request; null where it was refused and answered.</summary>
    private static async Task<T?> BodyAsync<T>(HttpContext http, JsonTypeInfo<T> type)
        where T : class
    {
        var request = http.Request;
        if (request.ContentType?.Split(';')[0].Trim() != Type || request.ContentLength is null or > BodyBytesMax)
        {
            await RefuseAsync(http, 400, ApiRefusal.BadRequest, $"expected {Type} of at most {BodyBytesMax} bytes, with its length");
            return null;
        }

        try
        {
            if (await JsonSerializer.DeserializeAsync(request.Body, type, http.RequestAborted) is { } body)
            {
                return body;
            }
        }
        catch (JsonException)
        {
            // As no body.
        }

        await RefuseAsync(http, 400, ApiRefusal.BadRequest, "expected the members of this request, each once, and no other");
        return null;
    }

    /// <summary>An index as it is written: decimal, no sign, no zero in front.</summary>
    public static bool TryIndex(string text, out long index)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < long.MaxValue / 2 && index.ToString(CultureInfo.InvariantCulture) == text;

    /// <summary>Writes an answer.</summary>
    public static Task WriteAsync<T>(HttpContext http, T answer, JsonTypeInfo<T> type, int status = 200)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = Type;
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    /// <summary>Writes why a question is not answered.</summary>
    public static Task RefuseAsync(HttpContext http, int status, string code, string detail, string? parameter = null)
    {
        if (status == 503)
        {
            http.Response.Headers.RetryAfter = "1";
        }

        return WriteAsync(http, new ApiRefusal(code, detail, parameter), ApiJson.Default.ApiRefusal, status);
    }

    private static void Headers(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = "no-store";
    }
}
