using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Wire.Tests;

/// <summary>An installation before a server whose one tool tells its progress for as long as nobody stops it, and what watches it.</summary>
public abstract class StreamScene(ITestOutputHelper output) : IAsyncDisposable
{
    /// <summary>Seconds of a lease that silence ends soon.</summary>
    protected const int Short = 2;

    /// <summary>Seconds of a lease under which an end is an order's.</summary>
    protected const int Long = 30;

    protected const string Policies = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("watch") permit (principal, action == streams::Action::"watch", resource);
        """;

    private Installation? _installation;
    private string _token = "";
    private int _exports;

    internal StreamServer Server { get; } = new();

    internal Installation Home => _installation!;

    internal InstallationSettings Settings { get; private set; } = null!;

    public virtual async ValueTask DisposeAsync()
    {
        await (_installation?.DisposeAsync() ?? ValueTask.CompletedTask);
        Server.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    /// <summary>Makes the installation.</summary>
    /// <param name="lease">Seconds of a lease.</param>
    /// <param name="wire">Whether the gateway reaches its plane through <c>relay.sock</c>, where nobody listens yet.</param>
    /// <param name="server">The command of a server over stdio; none: the server over HTTP.</param>
    protected async Task MakeAsync(int lease, bool wire = false, params string[] server)
    {
        _installation = await Installation.InitAsync("payments");
        var file = Path.Combine(Home.Folder, "obstat.json");
        var text = (await File.ReadAllTextAsync(file)).Replace("\"permit\": \"5s\"", $"\"permit\": \"5s\", \"lease\": \"{lease}s\"", StringComparison.Ordinal);
        text = wire ? text.Replace("\"gateway\": {", "\"gateway\": { \"plane\": \"unix:relay.sock\",", StringComparison.Ordinal) : text;
        await File.WriteAllTextAsync(file, text);
        string[] reached = server.Length > 0 ? ["--", .. server] : ["--url", Server.Url.ToString()];
        _ = (await Home.RunAsync(["mcp", "add", "streams", "--approve", "all", .. reached])).MustExit(0);
        await Home.PoliciesAsync(Policies);
        Assert.True(SettingsFile.TryLoad(file, out var settings, out var error), error?.ToString());
        Settings = settings;
    }

    /// <summary>Starts plane and gateway.</summary>
    protected async Task UpAsync()
    {
        await Home.UpAsync();
        _token = await Home.TokenAsync("watcher");
    }

    protected async Task StartAsync(int lease)
    {
        await MakeAsync(lease);
        await UpAsync();
    }

    /// <summary>One more call in a session that is open: what it is told, and after how long.</summary>
    internal static async Task<(string Said, TimeSpan Took)> CallAgainAsync(Watched session)
    {
        var began = Stopwatch.GetTimestamp();
        return (await session.CallAgainAsync(), Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Calls in an open session until a stream begins; gives when it did.</summary>
    internal static async Task<long> ServedAgainAsync(Watched session)
    {
        var waited = Stopwatch.StartNew();
        while (!(await session.CallAgainAsync()).Contains("notifications/progress", StringComparison.Ordinal))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "a call is permitted again");
            await Task.Delay(20);
        }

        return Stopwatch.GetTimestamp();
    }

    internal async Task<Watched[]> WatchAsync(int count)
    {
        var url = new Uri($"{Home.Resource}/mcp/streams");
        var watched = Enumerable.Range(0, count).Select(_ => new Watched()).ToArray();
        foreach (var some in watched.Chunk(8))
        {
            await Task.WhenAll(some.Select(w => w.BeginAsync(url, _token)));
        }

        await UntilAsync(() => watched.All(w => w.Bytes > 0), "all streams tell their progress");
        return watched;
    }

    protected static async Task UntilAsync(Func<bool> holds, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), what);
            await Task.Delay(5);
        }
    }

    private HttpClient Admin()
    {
        var path = Settings.Listen.Admin.Path;
        return new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new Uri("http://plane") };
    }

    /// <summary>Halts or revokes, over the plane's socket for operators.</summary>
    protected async Task<StopAnswer> StopAsync(string route, Scope scope)
    {
        using var admin = Admin();
        using var content = new ByteArrayContent(PlaneMessage.Write(new StopRequest(scope, "test")));
        content.Headers.ContentType = new MediaTypeHeaderValue(PlaneMessage.ContentType);
        using var answer = await admin.PostAsync(new Uri(route, UriKind.Relative), content);
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(PlaneMessage.TryRead<StopAnswer>(body, out var stopped, out _), Encoding.UTF8.GetString(body));
        return stopped;
    }

    protected void Tell(string what, List<double> ms)
    {
        ms.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: median {ms[ms.Count / 2]:0.0} ms, p99 {ms[Math.Min(ms.Count - 1, ms.Count * 99 / 100)]:0.0} ms, longest {ms[^1]:0.0} ms of {ms.Count}"));
    }

    protected async Task SignalAsync(string signal, int process) => _ = (await Ran.ProgramAsync(Home.Folder, new Dictionary<string, string>(), "kill", signal, process.ToString(CultureInfo.InvariantCulture))).MustExit(0);

    /// <summary>Predicates of one type in everything that the ledger holds now.</summary>
    protected async Task<JsonElement[]> PredicatesAsync(string type)
    {
        var bundle = Path.Combine(Home.Folder, $"streams-{_exports++}.zip");
        _ = (await Home.RunAsync("export", "all", "--to", bundle)).MustExit(0);
        Assert.True(Proof.Bundles.EvidenceBundle.TryParse(await File.ReadAllBytesAsync(bundle), out var read, out var error), error);
        return [.. read.Entries.Select(e => JsonDocument.Parse(e.Statement).RootElement)
            .Where(s => s.GetProperty("predicateType").GetString()!.EndsWith($"/{type}/v1", StringComparison.Ordinal)).Select(s => s.GetProperty("predicate"))];
    }

    internal static async Task EndedAsync(params Watched[] streams)
    {
        await Task.WhenAll(streams.Select(s => s.Ended)).WaitAsync(TimeSpan.FromSeconds(20));
        Array.ForEach(streams, s => s.Dispose());
    }

    protected static int ParentOf(int process)
        => int.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim(), CultureInfo.InvariantCulture);
}
