using System.Net;
using Obstat.Proof.Messages;

namespace Obstat.Enforcement;

/// <summary>
/// The only way from a point to its plane: one POST, one answer, in time. No redirect, no resend, no proxy, no cookie, bounded answers; what is not foreseen is no answer.
/// Safe for concurrent use.
/// </summary>
public sealed class PlaneClient : IDisposable
{
    /// <summary>Bytes of an answer at most.</summary>
    public const int BodyBytesMax = 1 << 20;

    private static readonly Uri Base = new("http://plane.invalid");
    private readonly HttpMessageInvoker _http;

    /// <summary>Speaks to the plane at an address. Nothing is sent yet.</summary>
    public PlaneClient(PlaneAddress address)
    {
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellation) => address.ConnectAsync(cancellation),
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            Credentials = null,
            PreAuthenticate = false,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
            MaxConnectionsPerServer = 256,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        });
    }

    /// <summary>Sends one message and reads one answer.</summary>
    /// <param name="path">One of <see cref="PlaneRoutes"/>.</param>
    /// <param name="body">The body.</param>
    /// <param name="deadline">How long it may take in all.</param>
    /// <param name="cancellation">Ends the wait; the message may have been received.</param>
    public async Task<PlaneReply> PostAsync(string path, ReadOnlyMemory<byte> body, TimeSpan deadline, CancellationToken cancellation)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(deadline);
        using var content = new OneSend(body, PlaneMessage.ContentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Base, path)) { Content = content, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        try
        {
            using var response = await _http.SendAsync(request, time.Token).ConfigureAwait(false);
            var bytes = await ReadAsync(response, time.Token).ConfigureAwait(false);
            return bytes is null ? PlaneReply.None(PlaneReplyKind.Unknown) : Judge((int)response.StatusCode, bytes);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError && !content.WasSent)
        {
            return PlaneReply.None(PlaneReplyKind.NotSent);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return PlaneReply.None(PlaneReplyKind.Unknown);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static PlaneReply Judge(int status, byte[] bytes) => status switch
    {
        200 => new PlaneReply(PlaneReplyKind.Answered, bytes, default),
        >= 400 and <= 599 when PlaneMessage.TryRead<RefusalAnswer>(bytes, out var refusal, out _) => new PlaneReply(status < 500 ? PlaneReplyKind.Refused : PlaneReplyKind.Unable, bytes, refusal.Reason),
        _ => PlaneReply.None(PlaneReplyKind.Unknown),
    };

    /// <summary>The whole body; null where it is none of ours or too large.</summary>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers is not { ContentLength: { } length and <= BodyBytesMax, ContentEncoding.Count: 0, ContentType: { MediaType: PlaneMessage.ContentType, CharSet: null or "utf-8" } })
        {
            return null;
        }

        var bytes = new byte[length];
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await stream.ReadExactlyAsync(bytes, cancellation).ConfigureAwait(false);
        }

        return bytes;
    }
}
