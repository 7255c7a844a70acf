using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Obstat.Console.Api;
using Obstat.Console.Parts;

namespace Obstat.Console.Serving;

/// <summary>
/// Passes the API's events on to one page, as words ready to be shown: the page's script makes no markup and knows no record. When the API's stream ends, this one does.
/// It keeps the words of the newest rows for a moment: they follow from what the API told and from nothing else, so whoever is told the same is shown the same.
/// </summary>
internal sealed class LiveRelay
{
    private const int RowsMax = 64;

    private readonly ConcurrentDictionary<string, byte[]> _rows = new(StringComparer.Ordinal);

    /// <summary>How soon a page comes back to a plane that went away.</summary>
    public const string Retry = "retry: 500\n\n";

    private const int LineMax = 64 * 1024;
    private const int BufferBytes = 16 * 1024;

    /// <summary>Serves one page until one of both ends goes.</summary>
    public async Task ServeAsync(Visit visit)
    {
        var response = visit.Http.Response;
        if (visit.Session is null)
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var withRows = visit["rows"] == "1";
        var filters = visit.Http.Request.Query.Where(q => q.Key is not ("rows" or "last")).Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value.ToString())}");
        // What the page had when it was made; when it comes back, what it got last.
        var last = visit.Http.Request.Headers["Last-Event-ID"] is [{ } id] ? id : visit["last"];
        var resume = withRows && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? last : null;
        try
        {
            using var upstream = await visit.Api.OpenAsync($"{ApiRoutes.Events}?{string.Join('&', filters)}", resume, visit.Cancellation);
            if (!upstream.IsSuccessStatusCode)
            {
                response.StatusCode = (int)upstream.StatusCode;
                return;
            }

            response.ContentType = "text/event-stream";
            response.Headers["X-Accel-Buffering"] = "no";
            await response.WriteAsync(Retry, visit.Cancellation);
            await using var body = await upstream.Content.ReadAsStreamAsync(visit.Cancellation);
            using var lines = new StreamReader(body, Encoding.UTF8, false, BufferBytes);
            await PassAsync(lines, response, withRows, visit.Cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            if (!response.HasStarted)
            {
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }
            else
            {
                visit.Http.Abort();
            }
        }
    }

    private async Task PassAsync(StreamReader lines, HttpResponse response, bool withRows, CancellationToken cancellation)
    {
        ReadOnlyMemory<char> kind = default, id = default, data = default;
        for (var next = lines.ReadLineAsync(cancellation); ; next = lines.ReadLineAsync(cancellation))
        {
            if (!next.IsCompleted)
            {
                // What came together goes on together.
                _ = await response.BodyWriter.FlushAsync(cancellation);
            }

            if (await next is not { } line)
            {
                return;
            }

            if (line.Length > LineMax)
            {
                return;
            }

            if (line.Length > 0)
            {
                (kind, id, data) = (Field(line, "event", kind), Field(line, "id", id), Field(line, "data", data));
                continue;
            }

            if (Told(kind.Span, data.Span, withRows) is { } told)
            {
                if (!id.IsEmpty)
                {
                    _ = Encoding.UTF8.GetBytes($"id: {id}\n", response.BodyWriter);
                }

                response.BodyWriter.Write(told);
            }

            (kind, id, data) = (default, default, default);
        }
    }

    private byte[]? Told(ReadOnlySpan<char> kind, ReadOnlySpan<char> data, bool withRows) => kind switch
    {
        "reload" => Event("reload", "{}"),
        "row" when withRows && !data.IsEmpty => RowOf(data),
        "beat" when !data.IsEmpty && JsonSerializer.Deserialize(data, ApiJson.Default.BeatView) is { } beat => Event("beat", LiveWords.OfBeat(beat)),
        _ => null,
    };

    private byte[]? RowOf(ReadOnlySpan<char> data)
    {
        var rows = _rows.GetAlternateLookup<ReadOnlySpan<char>>();
        if (rows.TryGetValue(data, out var known))
        {
            return known;
        }

        if (JsonSerializer.Deserialize(data, ApiJson.Default.DecisionRow) is not { } row)
        {
            return null;
        }

        if (_rows.Count >= RowsMax)
        {
            _rows.Clear();
        }

        return rows[data] = Event("row", LiveWords.OfRow(row));
    }

    private static byte[] Event(string kind, string data) => Encoding.UTF8.GetBytes($"event: {kind}\ndata: {data}\n\n");

    private static ReadOnlyMemory<char> Field(string line, string name, ReadOnlyMemory<char> otherwise)
        => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':' ? line.AsMemory(name.Length + 1).TrimStart(' ') : otherwise;
}
