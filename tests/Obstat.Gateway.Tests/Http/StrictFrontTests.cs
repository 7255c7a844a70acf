using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Obstat.Gateway.Http;

namespace Obstat.Gateway.Tests.Http;

public sealed class StrictFrontTests : IAsyncLifetime
{
    private static readonly FrontRules Rules = new(FrozenSet.ToFrozenSet(["gate.test"]), 1 << 20);
    private readonly ConcurrentQueue<string> _journal = [];
    private readonly ConcurrentQueue<byte[]> _refused = [];
    private WebApplication? _app;
    private IPEndPoint _address = new(IPAddress.Loopback, 0);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var front = new StrictFront(() => Rules, (_, bytes) => _refused.Enqueue(bytes));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => front.RunAsync(connection, next));
        }));
        _app = builder.Build();
        _app.Run(async context =>
        {
            var turn = context.Features.Get<RequestTurn>()!;
            context.Response.OnCompleted(() =>
            {
                turn.End();
                return Task.CompletedTask;
            });
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _journal.Enqueue($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} {Encoding.UTF8.GetString(body.ToArray())}");
            context.Response.ContentLength = 0;
        });
        await _app.StartAsync();
        _address = IPEndPoint.Parse(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()["http://".Length..]);
    }

    public async ValueTask DisposeAsync() => await _app!.DisposeAsync();

    [Fact]
    public async Task Every_row_of_the_wire_is_let_through_or_refused_as_stated()
    {
        foreach (var row in WireRow.Read("http1"))
        {
            _journal.Clear();
            _refused.Clear();
            var answer = await RawHttp.SendAsync(_address, row.Bytes);
            var statuses = RawHttp.Statuses(answer);
            Assert.True(statuses.Length <= row.ResponsesMax, $"{row}: {answer}");
            switch (row.Expect)
            {
                case "refuse":
                    Assert.True(_journal.IsEmpty, $"{row}: {string.Join(" | ", _journal)}");
                    Assert.True(statuses is [400 or 413 or 415], $"{row}: {answer}");
                    Assert.Single(_refused);
                    break;
                case "accept":
                    Assert.True(statuses.Length > 0 && statuses.All(s => s == 200), $"{row}: {answer}");
                    Assert.True(_refused.IsEmpty && _journal.Count == statuses.Length, row.ToString());
                    break;
                default:
                    Assert.True(_journal.All(j => j is "POST /mcp {}" or "POST /mcp {} " or "GET /smuggled " or "GET /files "), $"{row}: {string.Join(" | ", _journal)}");
                    break;
            }
        }
    }

    [Fact]
    public async Task A_body_over_the_bound_is_refused_before_it_is_read()
    {
        var answer = await RawHttp.SendAsync(_address, Ascii("POST /mcp HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\nContent-Length: 1048577\r\n\r\n"), halfClose: false);
        Assert.Equal([413], RawHttp.Statuses(answer));
        Assert.Empty(_journal);
    }

    [Fact]
    public async Task A_body_of_exactly_the_bound_is_let_through()
    {
        var answer = await RawHttp.SendAsync(_address, Ascii($"POST /mcp HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{new string(' ', 1 << 20)}"));
        Assert.Equal([200], RawHttp.Statuses(answer));
    }

    [Fact]
    public void However_the_bytes_are_cut_the_verdict_is_the_same()
    {
        var rows = WireRow.Read("http1");
        Gen.Select(Gen.Int[0, rows.Length - 1], Gen.Int[1, 40]).Sample((row, size) =>
        {
            var (whole, cut) = (new HttpIntake(Rules), new HttpIntake(Rules));
            whole.Take(rows[row].Bytes);
            foreach (var part in rows[row].Bytes.Chunk(size))
            {
                if (cut.State is not (IntakeState.Refused or IntakeState.Complete))
                {
                    cut.Take(part);
                }
            }

            return whole.State == cut.State && (whole.State != IntakeState.Complete || whole.Request().AsSpan().SequenceEqual(cut.Request()));
        }, iter: 2000);
    }

    [Fact]
    public void Any_change_of_one_byte_of_a_head_is_refused_or_is_still_one_request()
        => Gen.Select(Gen.Int[0, 88], Gen.Byte).Sample((at, value) =>
        {
            var bytes = Ascii("POST /mcp HTTP/1.1\r\nHost: gate.test\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
            bytes[at] = value;
            var intake = new HttpIntake(Rules);
            intake.Take(bytes);
            return intake.State is IntakeState.Refused or IntakeState.Complete or IntakeState.Body or IntakeState.Head;
        }, iter: 5000);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
