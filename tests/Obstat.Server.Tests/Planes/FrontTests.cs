using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Obstat.Proof.Messages;
using Obstat.Server.Listeners;
using Obstat.Server.Points;
using Obstat.Settings;

namespace Obstat.Server.Tests.Planes;

public sealed class FrontTests : PlaneCase
{
    [Fact]
    public void The_kernel_says_who_the_peer_is()
    {
        var path = Path.Combine(_home.Folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        using var accepted = listener.Accept();
        Assert.Equal(PrivateFolder.UserId, PeerCredentials.UserIdOf(accepted));
        Assert.Null(PeerCredentials.UserIdOf(null));
    }

    [Fact]
    public async Task A_peer_of_another_user_is_cut_off_before_it_says_anything()
    {
        var served = 0;
        var routes = new Routes(new Dictionary<string, Func<ReadOnlyMemory<byte>, Peer, CancellationToken, Task<Answer>>>
        {
            ["/x"] = (_, _, _) =>
            {
                served++;
                return Task.FromResult(new Answer(200, "{}"u8.ToArray()));
            },
        });
        Directory.CreateDirectory(_home.Settings.Paths.Run);
        foreach (var (owner, expected) in ((uint, int)[])[(PrivateFolder.UserId + 1, 0), (PrivateFolder.UserId, 1)])
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelCore();
            builder.WebHost.ConfigureKestrel(kestrel => StrictFront.Listen(kestrel, _home.Settings.Listen.Admin, routes, NullLogger.Instance, owner));
            await using var app = builder.Build();
            app.Run(StrictFront.ServeAsync);
            await app.StartAsync();
            using var client = TestPoint.Client(_home.Settings.Listen.Admin.Path);
            var status = 0;
            try
            {
                status = (await TestPoint.PostAsync(client, "/x", "{}"u8.ToArray())).Status;
            }
            catch (HttpRequestException)
            {
                // Cut off.
            }

            Assert.Equal((expected, expected == 1 ? 200 : 0), (served, status));
            await app.StopAsync();
            File.Delete(_home.Settings.Listen.Admin.Path);
        }
    }

    [Fact]
    public void A_nonce_is_good_once()
    {
        var nonces = new Nonces(TimeProvider.System);
        var nonce = nonces.Give()!;
        Assert.True(nonces.Take(nonce));
        Assert.False(nonces.Take(nonce));
        Assert.False(nonces.Take("another"));
    }

    [Fact]
    public void Too_many_open_nonces_are_not_given()
    {
        var nonces = new Nonces(TimeProvider.System);
        Assert.All(Enumerable.Range(0, 1024), _ => Assert.NotNull(nonces.Give()));
        Assert.Null(nonces.Give());
    }

    [Fact]
    public void Every_path_of_the_plane_is_its_own()
        => Assert.Equal(6, new[] { PlaneRoutes.Points, PlaneRoutes.Asks, PlaneRoutes.Outcomes, PlaneRoutes.Refusals, PlaneRoutes.IdentityNonce, PlaneRoutes.IdentityRunToken }.Distinct().Count());
}
