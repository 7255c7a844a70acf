using System.Net.Http.Headers;
using System.Net.Sockets;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Cli.Admin;

/// <summary>Speaks to the plane's operator socket. Every way to get no answer is one of two values: away, or refused.</summary>
internal sealed class AdminClient : IDisposable
{
    private const int AnswerBytesMax = 1 << 30;

    private readonly UnixAddress _address;
    private readonly HttpClient _http;

    public AdminClient(UnixAddress address, TimeSpan patience)
    {
        _address = address;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.Path), cancellation).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        _http = new HttpClient(handler, disposeHandler: true) { BaseAddress = new Uri("http://plane"), Timeout = patience, MaxResponseContentBufferSize = AnswerBytesMax };
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<AdminAnswer<TAnswer>> AskAsync<TRequest, TAnswer>(string route, TRequest request, CancellationToken cancellation)
        where TRequest : class, IPlaneMessage<TRequest>
        where TAnswer : class, IPlaneMessage<TAnswer>
    {
        var raw = await AskRawAsync(route, request, cancellation).ConfigureAwait(false);
        return raw.Value is not { } bytes ? new AdminAnswer<TAnswer>(null, raw.Refusal, raw.Away)
            : PlaneMessage.TryRead<TAnswer>(bytes, out var answer, out var error) ? new AdminAnswer<TAnswer>(answer, null, null)
            : new AdminAnswer<TAnswer>(null, null, $"its answer is not understood: {error}");
    }

    /// <summary>Sends a request and gives the bytes of its answer.</summary>
    public async Task<AdminAnswer<byte[]>> AskRawAsync<TRequest>(string route, TRequest request, CancellationToken cancellation)
        where TRequest : class, IPlaneMessage<TRequest>
    {
        try
        {
            using var content = new ByteArrayContent(PlaneMessage.Write(request));
            content.Headers.ContentType = new MediaTypeHeaderValue(PlaneMessage.ContentType);
            using var answer = await _http.PostAsync(new Uri(route, UriKind.Relative), content, cancellation).ConfigureAwait(false);
            var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
            return answer.IsSuccessStatusCode ? new(bytes, null, null)
                : PlaneMessage.TryRead<AdminRefusal>(bytes, out var refusal, out JsonError _) ? new(null, refusal, null)
                : PlaneMessage.TryRead<RefusalAnswer>(bytes, out var code, out JsonError _) ? new(null, new AdminRefusal(code.Reason, "no detail given"), null)
                : new(null, null, $"status {(int)answer.StatusCode} without a reason");
        }
        catch (HttpRequestException e)
        {
            return new(null, null, (e.InnerException as SocketException)?.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "connection refused",
                SocketError.AddressNotAvailable => "no such socket",
                _ => File.Exists(_address.Path) ? e.Message : "no such socket",
            });
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, null, $"no answer within {_http.Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();
}
