using System.Net;
using System.Net.Sockets;
using System.Text;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Server.Tests.Planes;

/// <summary>What the listeners of a plane take, and that there are no others.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ListenerTests : PlaneCase
{
    [Fact]
    public async Task Nothing_of_the_environment_opens_a_listener()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        foreach (var name in (ReadOnlySpan<string>)["ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "Kestrel__Endpoints__Extra__Url"])
        {
            Environment.SetEnvironmentVariable(name, $"http://127.0.0.1:{port}");
        }

        await using var plane = await _home.StartAsync();
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task The_listeners_are_apart_and_serve_nothing_else()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        var request = PlaneMessage.Write(new AdminRequest());
        Assert.Equal(404, (await point.PlaneAsync(AdminRoutes.Status, request)).Status);
        Assert.Equal(404, (await point.PlaneAsync(PlaneRoutes.IdentityNonce, request)).Status);
        Assert.Equal(404, (await point.AdminAsync(PlaneRoutes.Asks, request)).Status);
        foreach (var path in (string[])["/", "/v1", "/v1/asks/", "/v1//asks", "/v1/asks?x=1", "/V1/asks"])
        {
            Assert.Equal(404, (await point.PlaneAsync(path, request)).Status);
        }

        foreach (var target in (string[])["/v1/%61sks", "/v1/points/../asks", "http://plane/v1/asks", "*"])
        {
            Assert.Contains(await RawAsync($"POST {target} HTTP/1.1\r\nHost: plane\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"), (string[])["404", "400", "405"]);
        }

        Assert.Equal("411", await RawAsync("POST /v1/asks HTTP/1.1\r\nHost: plane\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"));
        using var client = TestPoint.Client(_home.Settings.Listen.Enforcement.Path);
        using var get = await client.GetAsync(new Uri(PlaneRoutes.Asks, UriKind.Relative));
        Assert.Equal(405, (int)get.StatusCode);
        Assert.Equal(415, (await TestPoint.PostAsync(client, PlaneRoutes.Asks, request, "text/plain")).Status);
        Assert.Equal(415, (await TestPoint.PostAsync(client, PlaneRoutes.Asks, request, "application/json; charset=utf-8")).Status);
        Assert.Equal("413", await RawAsync("POST /v1/asks HTTP/1.1\r\nHost: plane\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.Settings.Listen.Enforcement.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home.Settings.Listen.Admin.Path));
    }

    [Fact]
    public async Task Unknown_members_and_other_versions_are_refused_on_every_route()
    {
        await using var plane = await _home.StartAsync();
        using var point = new TestPoint(_home);
        foreach (var path in (string[])[PlaneRoutes.Points, PlaneRoutes.Asks, PlaneRoutes.Outcomes, PlaneRoutes.Refusals])
        {
            foreach (var body in (string[])["", "{}", "null", "[]", "{\"v\":2}", "{\"v\":1,\"extra\":true}", "{\"v\":1"])
            {
                Assert.Equal(400, (await point.PlaneAsync(path, Encoding.UTF8.GetBytes(body))).Status);
            }
        }

        foreach (var path in (string[])[AdminRoutes.Status, AdminRoutes.Activate, AdminRoutes.Decisions, AdminRoutes.Entry, AdminRoutes.Export, AdminRoutes.AccessToken, PlaneRoutes.IdentityNonce, PlaneRoutes.IdentityRunToken])
        {
            foreach (var body in (string[])["", "{}", "{\"v\":2}", "{\"v\":1,\"extra\":true}"])
            {
                Assert.Equal(400, (await point.AdminAsync(path, Encoding.UTF8.GetBytes(body))).Status);
            }
        }
    }

    private async Task<string> RawAsync(string request)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(_home.Settings.Listen.Enforcement.Path));
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        var buffer = new byte[64];
        var read = await socket.ReceiveAsync(buffer);
        return Encoding.ASCII.GetString(buffer, 0, read).Split(' ')[1];
    }
}
