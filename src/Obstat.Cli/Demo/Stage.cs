using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Obstat.Cli.Admin;
using Obstat.Cli.Editing;
using Obstat.Cli.Serving;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Verification;
using Obstat.Settings;

namespace Obstat.Cli.Demo;

/// <summary>
/// One installation of the demo with everything that runs in it: plane, gateway, relay between them, agent. Built by the commands that users have, from the settings that users have;
/// no program knows that it is in a demo.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>How the journal shows that a stream was begun.</summary>
    public const string Watched = "watch";

    private const string WatchTool = """{"name":"watch","description":"Tells its progress until somebody stops it.","inputSchema":{"type":"object","properties":{},"additionalProperties":false},"annotations":{"readOnlyHint":true}}""";
    private const string WatchPolicy = """@id("watch") permit (principal is Plane::Agent, action == payments::Action::"watch", resource == Plane::Server::"payments");""" + "\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly StreamWriter _log;
    private readonly Lock _logging = new();
    private readonly Dictionary<string, string[]> _programs;
    private Part? _plane;
    private Part? _gateway;
    private AgentTalk? _agent;
    private Relay? _relay;
    private AdminClient? _admin;
    private Playbill? _bill;
    private volatile bool _closing;

    private Stage(string folder, Dictionary<string, string[]> programs)
    {
        (Folder, _programs) = (folder, programs);
        _log = new StreamWriter(Path.Combine(folder, "demo.log"), append: true, new UTF8Encoding(false)) { AutoFlush = true };
    }

    /// <summary>The folder with the installation in it.</summary>
    public string Folder { get; }

    /// <summary>The journal of the payments server.</summary>
    public string Journal => In("journal.jsonl");

    /// <summary>The payments server's definitions of its tools.</summary>
    public string Tools => In("tools.json");

    /// <summary>The settings.</summary>
    public InstallationSettings Settings { get; private set; } = null!;

    /// <summary>Who sits on the wire.</summary>
    public Relay Relay => _relay ?? throw new DemoFailureException("there is no relay yet");

    /// <summary>What this demo verifies by: the public key of its ledger, read from its key file before anything ran.</summary>
    public Trust Trust { get; private set; } = null!;

    /// <summary>The log key as <c>verify</c> takes it.</summary>
    public string LogKey { get; private set; } = "";

    /// <summary>A path in the folder.</summary>
    public string In(string name) => Path.Combine(Folder, name);

    /// <summary>What the pages are told; null where they are not served.</summary>
    public Playbill? Bill => _bill;

    /// <summary>Makes the installation: init, settings, mcp add, each as a user does it.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="hasPages">Whether the plane serves its pages, and this demo in them.</param>
    public static async Task<Stage> BuildAsync(string folder, bool hasPages)
    {
        var programs = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var name in new[] { Programs.Server, Programs.Gateway, Programs.Payments, Programs.Agent })
        {
            programs[name] = Programs.TryFind(name, out var command, out var reason) ? command : throw new DemoFailureException(reason);
        }

        var stage = new Stage(folder, programs);
        await stage.ObstatAsync("init", "--template", "payments").ConfigureAwait(false);
        var tools = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(programs[Programs.Payments][1])!, "tools.json")).ConfigureAwait(false);
        await File.WriteAllTextAsync(stage.Tools, tools.Insert(tools.LastIndexOf(']'), "," + WatchTool)).ConfigureAwait(false);
        await File.WriteAllTextAsync(stage.In(Path.Combine("policies", "watch.cedar")), WatchPolicy).ConfigureAwait(false);
        var text = File.ReadAllText(stage.In(SettingsFile.Name));
        text = JsonText.Set(text, ["tenant"], "\"demo\"");
        text = JsonText.Set(text, ["listen", "gateway"], "null");
        text = JsonText.Set(text, ["listen", "console"], hasPages ? $"\"127.0.0.1:{FreePort()}\"" : "null");
        text = JsonText.Set(text, ["gateway", "plane"], "\"unix:relay.sock\"");
        text = JsonText.Set(text, ["limits", "permit"], "\"3s\"");
        text = JsonText.Set(text, ["limits", "lease"], "\"2s\"");
        File.WriteAllText(stage.In(SettingsFile.Name), text);
        await stage.ObstatAsync(
            ["mcp", "add", "payments", "--approve", "all", "--class", "transfer=pay:amount=/amount,currency=EUR,payee=/to", "--class", "balance=read", "--class", "history=read", "--class", "watch=read",
            "--", .. programs[Programs.Payments], "--journal", stage.Journal, "--tools", stage.Tools]).ConfigureAwait(false);
        if (!SettingsFile.TryLoad(stage.In(SettingsFile.Name), out var settings, out var error))
        {
            throw new DemoFailureException(error.ToString());
        }

        if (!Installing.KeyFiles.TryReadHead(settings, out var head, out var why))
        {
            throw new DemoFailureException(why);
        }

        (stage.Settings, stage.Trust, stage.LogKey) = (settings, Trust.InLog(head), head.ToString());
        stage._relay = new Relay(settings.Gateway.Plane.Path, settings.Listen.Enforcement.Path);
        stage._admin = new AdminClient(settings.Listen.Admin, Patience);
        stage._bill = hasPages ? new Playbill(settings.Paths, () => stage.Effects().Count) : null;
        return stage;
    }

    /// <summary>Runs a command of this program in the folder.</summary>
    public async Task ObstatAsync(params string[] words)
    {
        using var process = Process.Start(Programs.Start([.. Self, .. words], Folder))!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        Log("obstat", $"{words[0]}: {await output.ConfigureAwait(false)}{await error.ConfigureAwait(false)}");
        if (process.ExitCode != 0)
        {
            throw new DemoFailureException($"obstat {words[0]} ended with {process.ExitCode}: {await error.ConfigureAwait(false)}");
        }
    }

    /// <summary>Who sits on the wire lets everything pass and looks at it.</summary>
    public void Watch(Func<Exchange, byte[]?> thief)
    {
        Relay.Set(thief);
        _bill?.Tell(Playbill.Wire, PartState.Runs, "passes everything on");
    }

    /// <summary>Who sits on the wire gives other answers than the plane gave.</summary>
    public void Tamper(Func<Exchange, byte[]?> thief)
    {
        Relay.Set(thief);
        _bill?.Tell(Playbill.Wire, PartState.Broken, "gives other answers than the plane gave");
    }

    /// <summary>Starts the plane and waits until it serves.</summary>
    public async Task StartPlaneAsync()
    {
        _plane = await StartAsync("plane", Programs.Server).ConfigureAwait(false);
        _bill?.Tell(Playbill.Plane, PartState.Runs, "serves");
    }

    /// <summary>A link into the pages of this demo, once.</summary>
    public async Task<string> LinkAsync()
    {
        var answer = await _admin!.AskAsync<ConsoleLinkRequest, ConsoleLinkAnswer>(AdminRoutes.ConsoleLink, new ConsoleLinkRequest("owner"), CancellationToken.None).ConfigureAwait(false);
        return answer.Value is { } link ? link.Url + "&next=%2Fdemo" : throw new DemoFailureException($"there is no link into the pages: {answer.Refusal?.Detail ?? answer.Away}");
    }

    /// <summary>Starts what is not running, as after a row that could not be played.</summary>
    public async Task EnsureAsync()
    {
        if (_plane is null || _plane.Ended.IsCompleted)
        {
            await StartPlaneAsync().ConfigureAwait(false);
        }

        if (_gateway is null || _gateway.Ended.IsCompleted)
        {
            await StartGatewayAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops the plane in order.</summary>
    public async Task StopPlaneAsync()
    {
        _bill?.Tell(Playbill.Plane, PartState.Stopped, "stopped in order");
        _plane = await EndAsync(_plane).ConfigureAwait(false);
    }

    /// <summary>SIGKILL: the plane has no chance to say anything.</summary>
    public async Task KillPlaneAsync()
    {
        _ = _plane!.Signal(Signals.Kill);
        _bill?.Tell(Playbill.Plane, PartState.Broken, "killed by SIGKILL");
        await _plane.Ended.ConfigureAwait(false);
        _plane = await EndAsync(_plane).ConfigureAwait(false);
    }

    /// <summary>Starts the gateway, with its enrolment where it needs one.</summary>
    public async Task StartGatewayAsync()
    {
        if (!Enrolments.TryPrepare(Settings, DateTimeOffset.UtcNow, out var reason))
        {
            throw new DemoFailureException(reason);
        }

        _gateway = await StartAsync("gateway", Programs.Gateway).ConfigureAwait(false);
        _bill?.Tell(Playbill.Gateway, PartState.Runs, "serves");
    }

    /// <summary>Stops agent and gateway in order.</summary>
    public async Task StopGatewayAsync()
    {
        await StopAgentAsync().ConfigureAwait(false);
        _bill?.Tell(Playbill.Gateway, PartState.Stopped, "stopped in order");
        _gateway = await EndAsync(_gateway).ConfigureAwait(false);
    }

    /// <summary>Ends the agent.</summary>
    public async Task StopAgentAsync()
    {
        if (_agent is not null)
        {
            await _agent.DisposeAsync().ConfigureAwait(false);
            _agent = null;
            _bill?.Tell(Playbill.Agent, PartState.Stopped, "gone");
        }
    }

    /// <summary>A new agent; its handshake may have been refused.</summary>
    public async Task<AgentTalk> StartAgentAsync()
    {
        await StopAgentAsync().ConfigureAwait(false);
        if (_closing)
        {
            throw new DemoFailureException("the demo was stopped");
        }

        _agent = await ConnectAsync().ConfigureAwait(false);
        _bill?.Tell(Playbill.Agent, PartState.Runs, Said.IsAllowed(_agent.Connected) ? "connected" : $"refused: {Said.Code(_agent.Connected)}");
        return _agent;
    }

    private Task<AgentTalk> ConnectAsync()
        => AgentTalk.StartAsync([.. _programs[Programs.Agent], "--timeout", "25", "--", .. Self, "mcp", "wrap", "payments", "--config", Settings.File], Folder, line => Log("agent", line));

    /// <summary>Asks for a transfer as the agent does: the reason code of the refusal, or <c>allow</c>.</summary>
    public async Task<string> TransferAsync(string amount)
    {
        var agent = _agent is { } before && Said.IsAllowed(before.Connected) ? before : await StartAgentAsync().ConfigureAwait(false);
        if (!Said.IsAllowed(agent.Connected))
        {
            return Said.Code(agent.Connected);
        }

        var number = StrictJson.TryParse(Encoding.ASCII.GetBytes(amount), out var value, out _) ? value : throw new DemoFailureException($"{amount} is no number");
        var line = await agent.PlayAsync(JsonValue.Object(("call", JsonValue.Of("transfer")), ("arguments", JsonValue.Object(("amount", number), ("to", JsonValue.Of("acct-7")))))).ConfigureAwait(false);
        Log("agent", line.ToString());
        return Said.Code(line);
    }

    /// <summary>The same, asked again while nothing is served because a part just started, or while this machine is too slow for the deadlines of a decision.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="tooSlow">A further code that here means no more than that.</param>
    public async Task<string> TransferWhenServedAsync(string amount, string tooSlow = "")
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var code = await TransferAsync(amount).ConfigureAwait(false);
            if ((code is not (nameof(DenyReason.PlaneUnavailable) or nameof(DenyReason.Late)) && code != tooSlow) || clock.Elapsed > Patience)
            {
                return code;
            }

            await Task.Delay(100).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a stream by an agent of its own, and returns once the tool server runs it. What it gives completes with the stream: the reason code with which it ended.</summary>
    public async Task<Task<string>> WatchAsync()
    {
        var before = Effects().Count;
        var agent = await ConnectAsync().ConfigureAwait(false);
        var playing = agent.PlayAsync(JsonValue.Object(("method", JsonValue.Of("tools/call")), ("params", JsonValue.Object(
            ("name", JsonValue.Of(Watched)), ("arguments", JsonValue.EmptyObject), ("_meta", JsonValue.Object(("progressToken", JsonValue.Of(1))))))));
        var clock = Stopwatch.StartNew();
        while (Effects().Count == before && !playing.IsCompleted && clock.Elapsed < Patience)
        {
            await Task.Delay(20).ConfigureAwait(false);
        }

        return EndAsync();

        async Task<string> EndAsync()
        {
            await using (agent.ConfigureAwait(false))
            {
                var line = await playing.ConfigureAwait(false);
                Log("agent", line.ToString());
                return line["result"]?["_meta"]?["execution/denial"]?["reason"]?.AsString ?? Said.Code(line);
            }
        }
    }

    /// <summary>Amounts of the journal's effects, in order; of one without an amount, its tool.</summary>
    public IReadOnlyList<string> Effects()
        => File.Exists(Journal)
            ? [.. File.ReadAllLines(Journal).Select(l => StrictJson.TryParse(Encoding.UTF8.GetBytes(l), out var v, out _) ? v : JsonValue.Null)
                .Where(v => v["kind"]?.AsString == "effect").Select(v => v["arguments"]?["amount"]?.ToString() ?? v["tool"]?.AsString ?? "?")]
            : [];

    /// <summary>Number of entries of the ledger now.</summary>
    public async Task<long> EntriesAsync()
    {
        var answer = await _admin!.AskAsync<AdminRequest, StatusAnswer>(AdminRoutes.Status, new AdminRequest(), CancellationToken.None).ConfigureAwait(false);
        return answer.Value?.Entries ?? throw new DemoFailureException($"the plane does not answer: {answer.Refusal?.Reason.ToString() ?? answer.Away}");
    }

    /// <summary>A bundle of the entries from <paramref name="from"/> on.</summary>
    public async Task<byte[]> ExportAsync(long from)
    {
        var answer = await _admin!.AskRawAsync(AdminRoutes.Export, new ExportRequest(from, null), CancellationToken.None).ConfigureAwait(false);
        return answer.Value ?? throw new DemoFailureException($"the plane does not export: {answer.Refusal?.Detail ?? answer.Away}");
    }

    /// <summary>Starts a plane on another installation and gives what it said until it ended; null: it did not end.</summary>
    public async Task<(int Code, string Said)?> TryPlaneOnAsync(string folder)
    {
        var said = new StringBuilder();
        using var part = Part.Start("plane on the copy", [.. _programs[Programs.Server], "--config", Path.Combine(folder, SettingsFile.Name)], folder, line =>
        {
            Log("copy", line);
            lock (said)
            {
                _ = said.Append(line).Append('\n');
            }
        });
        var first = await Task.WhenAny(part.Ended, part.Ready, Task.Delay(Patience)).ConfigureAwait(false);
        if (first != part.Ended && !(part.Ready.IsCompleted && !await part.Ready.ConfigureAwait(false)))
        {
            await part.StopAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
            return null;
        }

        await part.Ended.ConfigureAwait(false);
        lock (said)
        {
            return (part.ExitCode, said.ToString());
        }
    }

    /// <summary>Stops everything in order; from then on nothing can be started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing)
        {
            return;
        }

        _closing = true;
        if (_bill is not null)
        {
            await _bill.DisposeAsync().ConfigureAwait(false);
        }

        await StopGatewayAsync().ConfigureAwait(false);
        await StopPlaneAsync().ConfigureAwait(false);
        if (_relay is not null)
        {
            await _relay.DisposeAsync().ConfigureAwait(false);
        }

        _admin?.Dispose();
        await _log.DisposeAsync().ConfigureAwait(false);
    }

    private static string[] Self => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
        ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, "obstat-cli.dll")]
        : [Environment.ProcessPath!];

    private async Task<Part> StartAsync(string name, string program)
    {
        if (_closing)
        {
            throw new DemoFailureException("the demo was stopped");
        }

        var part = Part.Start(name, [.. _programs[program], "--config", Settings.File], Folder, line => Log(name, line));
        if (await Task.WhenAny(part.Ready, Task.Delay(Patience)).ConfigureAwait(false) == part.Ready && await part.Ready.ConfigureAwait(false) && !_closing)
        {
            return part;
        }

        await part.StopAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        part.Dispose();
        throw new DemoFailureException($"the {name} did not start; see {In("demo.log")}");
    }

    private static async Task<Part?> EndAsync(Part? part)
    {
        if (part is not null)
        {
            await part.StopAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            part.Dispose();
        }

        return null;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Log(string who, string line)
    {
        lock (_logging)
        {
            if (_log.BaseStream.CanWrite)
            {
                _log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {who,-8}| {line.TrimEnd('\n')}"));
            }
        }
    }
}
