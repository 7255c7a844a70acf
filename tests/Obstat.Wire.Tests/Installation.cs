using System.Diagnostics;
using System.Text;
using Obstat.Tests;

namespace Obstat.Wire.Tests;

/// <summary>An installation of Obstat in a folder of its own, worked by its command line alone, as a user would.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Plain = new(StringComparer.Ordinal) { ["NO_COLOR"] = "1", ["TERM"] = "dumb" };
    private readonly StringBuilder _said = new();
    private TaskCompletionSource _serving = new();
    private readonly Dictionary<string, int> _ready = [];
    private readonly Dictionary<string, int> _seen = [];
    private readonly Dictionary<string, Stopwatch> _readyAt = [];
    private Process? _up;

    private Installation(string folder, int port) => (Folder, Port) = (folder, port);

    /// <summary>Where the gateway serves HTTP.</summary>
    public int Port { get; }

    /// <summary>What access tokens for this gateway are for.</summary>
    public string Resource => $"http://127.0.0.1:{Port}";

    /// <summary>The folder of obstat.json.</summary>
    public string Folder { get; }

    /// <summary>The script at the root of the checkout.</summary>
    public static string Program => Path.Combine(Vectors.Root, "obstat");

    /// <summary>Everything that <c>up</c> said on standard error.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    public static async Task<Installation> InitAsync(string template)
    {
        var installation = new Installation(Directory.CreateTempSubdirectory("obstat-").FullName, FreePort());
        _ = (await installation.RunAsync("init", "--template", template)).MustExit(0);
        var settings = Path.Combine(installation.Folder, "obstat.json");
        await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(settings)).Replace(
            "\"tenant\": \"local\",",
            $"\"tenant\": \"local\",\n  \"listen\": {{ \"gateway\": \"127.0.0.1:{installation.Port}\", \"console\": null }},\n  \"limits\": {{ \"permit\": \"5s\", \"decision\": \"5s\" }},",
            StringComparison.Ordinal));
        return installation;
    }

    /// <summary>Runs one command in the installation's folder.</summary>
    public Task<Ran> RunAsync(params string[] arguments) => Ran.ProgramAsync(Folder, Plain, Program, arguments);

    /// <summary>Replaces the policies by one file and, where a plane runs, activates them.</summary>
    public async Task PoliciesAsync(string cedar)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Folder, "policies"), "*.cedar"))
        {
            File.Delete(file);
        }

        await File.WriteAllTextAsync(Path.Combine(Folder, "policies", "test.cedar"), cedar);
        if (_up is not null)
        {
            _ = (await RunAsync("policy", "activate")).MustExit(0);
        }
    }

    /// <summary>Starts plane and gateway and waits until both serve.</summary>
    public async Task UpAsync()
    {
        _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _up = Process.Start(Ran.StartOf(Folder, Plain, Program, ["up"]))!;
        _up.StandardInput.Close();
        _up.OutputDataReceived += (_, line) => Hear(line.Data);
        _up.ErrorDataReceived += (_, line) => Hear(line.Data);
        _up.BeginOutputReadLine();
        _up.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var ended = _up.WaitForExitAsync(deadline.Token);
        var first = await Task.WhenAny(_serving.Task, ended);
        Assert.True(first == _serving.Task, $"up did not serve:\n{Said}");
    }

    /// <summary>A client on the stdio front of a registered server.</summary>
    public Task<SdkClient> WrapAsync(string server) => SdkClient.StdioAsync(Folder, Plain, Program, "mcp", "wrap", server);

    /// <summary>Exports everything, ends the plane, verifies offline, and compares the tool calls in the bundle.</summary>
    public async Task EvidenceHoldsExactlyAsync(params string[] calls)
    {
        var bundle = Path.Combine(Folder, "bundle.zip");
        _ = (await RunAsync("export", "all", "--to", bundle)).MustExit(0);
        var key = (await RunAsync("status", "--output", "json")).MustExit(0).Json.GetProperty("logKey").GetString()!;
        await DownAsync();
        var verified = await RunAsync("verify", bundle, "--log-key", key, "--output", "json");
        Assert.DoesNotContain(verified.Json.GetProperty("checks").EnumerateArray(), c => c.GetProperty("status").GetString() == "failed");
        Assert.Contains(verified.Exit, new[] { 0, 13 });
        Assert.Equal(calls, EvidenceBundle.ToolCalls(bundle));
    }

    /// <summary>Stops everything, in the order that a user's Ctrl-C gives.</summary>
    public async Task DownAsync()
    {
        if (_up is not null)
        {
            _ = await Ran.ProgramAsync(Folder, Plain, "kill", "-INT", _up.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _up.WaitForExitAsync(patience.Token);
            _up.Dispose();
            _up = null;
        }
    }

    /// <summary>Kills <c>up</c> as nothing can refuse to be killed.</summary>
    public async Task KillUpAsync()
    {
        _up!.Kill();
        await _up.WaitForExitAsync();
        _up.Dispose();
        _up = null;
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Waits until a part that was killed serves again, and starts a watch at that moment.</summary>
    public async Task<Stopwatch> ReadyAgainAsync(string part)
    {
        var line = $"{part,-8}| ready";
        var waited = Stopwatch.StartNew();
        while (true)
        {
            lock (_said)
            {
                var count = _ready.GetValueOrDefault(line);
                if (count > _seen.GetValueOrDefault(line, 1))
                {
                    _seen[line] = count;
                    return _readyAt[line];
                }
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"{part} did not come back:\n{Said}");
            await Task.Delay(5);
        }
    }

    /// <summary>An access token for this gateway, of a person enrolled here.</summary>
    public async Task<string> TokenAsync(string person)
    {
        _ = (await RunAsync("identity", "enrol", person)).MustExit(0);
        _ = (await RunAsync("policy", "activate")).MustExit(0);
        return (await RunAsync("identity", "token", person, "--audience", Resource)).MustExit(0).Output.Trim();
    }

    /// <summary>Process ids of the plane ("Obstat.Server") or the gateway ("Obstat.Gateway") of this installation.</summary>
    public int? PartId(string program)
        => Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, System.Globalization.CultureInfo.InvariantCulture))
            .Where(id => CommandOf(id) is var command && command.Contains(program, StringComparison.Ordinal) && command.Contains(Folder, StringComparison.Ordinal) && command.Contains("--config", StringComparison.Ordinal))
            .Select(id => (int?)id).FirstOrDefault();

    private static string CommandOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    public static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _ = _said.AppendLine(line);
            if (line.EndsWith("| ready", StringComparison.Ordinal))
            {
                _ready[line] = _ready.GetValueOrDefault(line) + 1;
                _readyAt[line] = Stopwatch.StartNew();
            }
        }

        if (line.StartsWith("gateway", StringComparison.Ordinal) && line.EndsWith("| ready", StringComparison.Ordinal))
        {
            _ = _serving.TrySetResult();
        }
    }
}
