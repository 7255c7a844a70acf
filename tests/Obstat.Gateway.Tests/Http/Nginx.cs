using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Obstat.Gateway.Tests.Http;

/// <summary>nginx as it comes from its package, in front of the gate and behind it, in one process of its own. Skips where it is not installed; with <c>OBSTAT_REQUIRE_TOOLS=1</c> that fails.</summary>
internal sealed class Nginx : IDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private readonly string _folder = Directory.CreateTempSubdirectory("nginx").FullName;
    private readonly Process _process;

    private Nginx(IReadOnlyList<(IPEndPoint At, string To)> servers)
    {
        var hops = servers.Select(s => $$"""
            server {
              listen {{s.At}};
              location / { proxy_pass {{s.To}}; proxy_http_version 1.1; proxy_set_header Host $http_host; proxy_set_header Connection ""; proxy_buffering off; proxy_request_buffering off; proxy_ignore_client_abort on; }
            }
            """);
        var configuration = Path.Combine(_folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off; master_process off; pid {{_folder}}/pid; error_log stderr notice; worker_rlimit_nofile 1024;
            events { }
            http {
              access_log off; client_body_temp_path {{_folder}}/body; proxy_temp_path {{_folder}}/proxy; fastcgi_temp_path {{_folder}}/f; uwsgi_temp_path {{_folder}}/u; scgi_temp_path {{_folder}}/s;
              {{string.Join('\n', hops)}}
            }
            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["-p", _folder, "-c", configuration]) { RedirectStandardError = true })!;
        while (_process.StandardError.ReadLine() is { } line && !line.Contains("getrlimit", StringComparison.Ordinal))
        {
        }

        _ = _process.StandardError.ReadToEndAsync();
        Assert.False(_process.HasExited);
    }

    /// <summary>Forwards each address to its target, verbatim.</summary>
    public static Nginx Start(params (IPEndPoint At, string To)[] servers)
    {
        if (!File.Exists(Program))
        {
            const string reason = "Debian package not installed: nginx-light (run eng/prerequisites)";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("OBSTAT_REQUIRE_TOOLS") == "1", reason);
            throw new FileNotFoundException(reason);
        }

        return new Nginx(servers);
    }

    /// <summary>An address that nobody serves yet.</summary>
    public static IPEndPoint Free()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return (IPEndPoint)free.LocalEndpoint;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
