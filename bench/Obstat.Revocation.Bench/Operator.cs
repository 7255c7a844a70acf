using System.Net.Http.Headers;
using System.Net.Sockets;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Revocation.Bench;

/// <summary>The plane's socket for operators.</summary>
internal sealed class Operator(string socketPath) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = new Uri("http://plane"), Timeout = TimeSpan.FromMinutes(2) };

    public Task<StopAnswer> RevokeAsync(string principal) => AskAsync<StopRequest, StopAnswer>(AdminRoutes.Revoke, new StopRequest(new Scope(ScopeKind.Principal, principal), "measured"));

    public async Task<string> TokenAsync(string person, string audience) => (await AskAsync<AccessTokenRequest, AccessTokenAnswer>(AdminRoutes.AccessToken, new AccessTokenRequest(person, audience, 3600))).Token;

    public void Dispose() => _http.Dispose();

    private async Task<TAnswer> AskAsync<TRequest, TAnswer>(string route, TRequest request)
        where TRequest : class, IPlaneMessage<TRequest>
        where TAnswer : class, IPlaneMessage<TAnswer>
    {
        using var content = new ByteArrayContent(PlaneMessage.Write(request));
        content.Headers.ContentType = new MediaTypeHeaderValue(PlaneMessage.ContentType);
        using var response = await _http.PostAsync(new Uri(route, UriKind.Relative), content);
        var body = await response.Content.ReadAsByteArrayAsync();
        return PlaneMessage.TryRead<TAnswer>(body, out var answer, out _) ? answer : throw new InvalidOperationException($"{(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
    }
}
