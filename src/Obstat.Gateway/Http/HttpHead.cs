using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Obstat.Gateway.Http;

/// <summary>
/// A request head of HTTP/1.1 as it came, read more strictly than RFC 9112 asks: what two implementations could read differently is refused. Nothing is
/// repaired, folded or joined.
/// </summary>
internal sealed class HttpHead
{
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("!#$%&'*+-.^`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> HostBytes = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:[]"u8);

    // Fields that nothing here reads and that honest intermediaries repeat. Any other field twice is refused.
    private static readonly FrozenSet<string> Repeatable = FrozenSet.ToFrozenSet(["via", "forwarded", "x-forwarded-for"], StringComparer.Ordinal);

    private HttpHead(string method, long? contentLength, bool isChunked, bool wantsContinue) => (Method, ContentLength, IsChunked, WantsContinue) = (method, contentLength, isChunked, wantsContinue);

    /// <summary>One of <see cref="FrontRules.Methods"/>.</summary>
    public string Method { get; }

    /// <summary>The length of the body; null where it is chunked or absent.</summary>
    public long? ContentLength { get; }

    /// <summary>Whether the body is chunked.</summary>
    public bool IsChunked { get; }

    /// <summary>Whether the client waits for 100 before it sends the body.</summary>
    public bool WantsContinue { get; }

    /// <summary>Reads a head.</summary>
    /// <param name="head">All lines, each with its CRLF, without the empty one.</param>
    /// <param name="rules">What this listener lets through.</param>
    /// <param name="read">The head.</param>
    /// <param name="status">The HTTP status of the refusal.</param>
    public static bool TryRead(ReadOnlySpan<byte> head, FrontRules rules, [NotNullWhen(true)] out HttpHead? read, out int status)
    {
        (read, status) = (null, 400);
        var line = NextLine(ref head);
        if (!TryRequestLine(line, out var method) || !TryFields(head, out var fields))
        {
            return false;
        }

        if (!fields.TryGetValue("host", out var host) || !IsHost(host) || !rules.Hosts.Contains(host.ToLowerInvariant()))
        {
            return false;
        }

        var chunked = fields.TryGetValue("transfer-encoding", out var coding);
        var sized = fields.TryGetValue("content-length", out var length);
        if ((chunked && (sized || coding != "chunked")) || !TryLength(length, sized, out var bytes) || !AreAllowed(fields, method, chunked || bytes > 0))
        {
            return false;
        }

        status = BodyStatus(fields, method, chunked || bytes > 0, bytes, rules);
        read = status == 0 ? new HttpHead(method, sized ? bytes : null, chunked, fields.ContainsKey("expect")) : null;
        return read is not null;
    }

    private static int BodyStatus(Dictionary<string, string> fields, string method, bool hasBody, long bytes, FrontRules rules) => 0 switch
    {
        _ when method == "POST" && !hasBody => 400,
        _ when fields.ContainsKey("content-encoding") => 415,
        _ when method == "POST" && !IsJson(fields.GetValueOrDefault("content-type")) => 415,
        _ when bytes > rules.BodyBytesMax => 413,
        _ => 0,
    };

    private static bool AreAllowed(Dictionary<string, string> fields, string method, bool hasBody)
        => (!hasBody || method == "POST")
            && (!fields.TryGetValue("expect", out var expect) || (expect == "100-continue" && hasBody))
            && (!fields.TryGetValue("connection", out var connection) || connection.ToLowerInvariant() is "close" or "keep-alive")
            && !fields.ContainsKey("upgrade") && !fields.ContainsKey("http2-settings") && !fields.ContainsKey("trailer") && !fields.ContainsKey("te")
            && !fields.Keys.Any(k => k.StartsWith("execution-", StringComparison.Ordinal));

    private static bool TryLength(string? text, bool sized, out long bytes)
    {
        bytes = 0;
        return !sized || (text!.Length is > 0 and <= 10 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bytes));
    }

    private static bool TryRequestLine(ReadOnlySpan<byte> line, out string method)
    {
        method = "";
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || !line[(last + 1)..].SequenceEqual("HTTP/1.1"u8))
        {
            return false;
        }

        // Origin form only: visible ASCII, no fragment.
        var target = line[(first + 1)..last];
        method = Encoding.Latin1.GetString(line[..first]);
        return FrontRules.Methods.Contains(method) && target[0] == '/' && !target.ContainsAnyExceptInRange((byte)'!', (byte)'~') && !target.Contains((byte)'#');
    }

    private static bool TryFields(ReadOnlySpan<byte> lines, out Dictionary<string, string> fields)
    {
        fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var count = 0;
        while (!lines.IsEmpty)
        {
            var line = NextLine(ref lines);
            var colon = line.IndexOf((byte)':');
            if (++count > FrontRules.FieldsMax || colon <= 0 || line[..colon].ContainsAnyExcept(NameBytes))
            {
                return false;
            }

            var value = line[(colon + 1)..].Trim(" \t"u8);
            foreach (var one in value)
            {
                if (one is not ((>= 0x20 and <= 0x7E) or (byte)'\t'))
                {
                    return false;
                }
            }

            var name = Encoding.ASCII.GetString(line[..colon]).ToLowerInvariant();
            if (!fields.TryAdd(name, Encoding.ASCII.GetString(value)) && !Repeatable.Contains(name))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHost(string host)
    {
        var colon = host.LastIndexOf(':');
        return host.Length > 0 && !Encoding.ASCII.GetBytes(host).AsSpan().ContainsAnyExcept(HostBytes)
            && (colon < 0 || host.EndsWith(']') || (ushort.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0));
    }

    /// <summary><c>application/json</c> with no parameter, or with the one charset that JSON has.</summary>
    private static bool IsJson(string? type)
    {
        var parts = (type ?? "").Split(';');
        return parts.Length <= 2 && parts[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (parts.Length == 1 || parts[1].Trim().Equals("charset=utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> lines)
    {
        var end = lines.IndexOf("\r\n"u8);
        var line = lines[..end];
        lines = lines[(end + 2)..];
        return line;
    }
}
