using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Obstat.Calls.Bench;

/// <summary>An installation in a folder of its own, made and run by the command line, before the sample's payments server over HTTP.</summary>
internal sealed class Installation : IDisposable
{
    private readonly List<Process> _running = [];
    private string _resource = "";

    private Installation(string folder, string root) => (Folder, Program) = (folder, Path.Combine(root, "obstat"));

    public string Folder { get; }

    public string Program { get; }

    /// <summary>The sample's payments server, as it is started.</summary>
    public string PaymentsProgram { get; private set; } = "";

    public Uri Direct { get; private set; } = null!;

    public Uri Governed { get; private set; } = null!;

    public string Bearer { get; private set; } = "";

    public static Task<Installation> StartAsync() => StartAsync("payments", made => made.PaymentsAsync());

    /// <summary>An installation before a server of that name, which is started first.</summary>
    public static async Task<Installation> StartAsync(string server, Func<Installation, Task<Uri>> serve)
    {
        var made = new Installation(Directory.CreateTempSubdirectory("obstat-bench-").FullName, Root());
        try
        {
            await made.BeginAsync(server, serve);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>Process ids of the plane and the gateway.</summary>
    public IReadOnlyDictionary<string, int> Parts()
        => (from folder in Directory.GetDirectories("/proc")
            where int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            let command = Read(Path.Combine(folder, "cmdline"))
            where command.Contains(Folder, StringComparison.Ordinal) && command.Contains("--config", StringComparison.Ordinal)
            select (Name: command.Contains("Obstat.Server", StringComparison.Ordinal) ? "plane" : "gateway", Id: int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)))
            .ToDictionary(part => part.Name, part => part.Id);

    /// <summary>Starts a program that says where it listens.</summary>
    public async Task<Uri> ServeAsync(string program, params string[] arguments)
    {
        var server = Start(program, arguments);
        return JsonDocument.Parse(await LineAsync(server.StandardOutput, line => line.StartsWith("{\"listening\"", StringComparison.Ordinal) ? line : null)).RootElement.GetProperty("listening").Deserialize<Uri>()!;
    }

    private Task<Uri> PaymentsAsync()
    {
        var samples = Environment.GetEnvironmentVariable("OBSTAT_PROGRAMS")
            ?? Directory.GetDirectories(Path.Combine(Path.GetDirectoryName(Program)!, ".build")).Where(d => File.Exists(Path.Combine(d, "complete"))).MaxBy(Directory.GetLastWriteTimeUtc)!;
        PaymentsProgram = Path.Combine(samples, "Obstat.Samples.Payments", "Obstat.Samples.Payments.dll");
        return ServeAsync("dotnet", PaymentsProgram, "--http", "http://127.0.0.1:0/mcp", "--journal", Path.Combine(Folder, "journal.jsonl"), "--stateless");
    }

    private async Task BeginAsync(string server, Func<Installation, Task<Uri>> serve)
    {
        Run("init", "--template", "payments");
        var resource = ListenApart();
        await File.WriteAllTextAsync(Path.Combine(Folder, "policies", "bench.cedar"), """@id("bench") permit (principal, action, resource); @id("closed") forbid (principal, action == Plane::Mcp::Action::"prompts/get", resource);""");
        Direct = await serve(this);
        Run("mcp", "add", server, "--approve", "all", "--url", Direct.ToString());
        var up = Start(Program, "up");
        _ = await LineAsync(up.StandardError, line => line.StartsWith("gateway", StringComparison.Ordinal) && line.EndsWith("| ready", StringComparison.Ordinal) ? line : null);
        Run("identity", "enrol", "bench");
        Run("policy", "activate");
        Governed = new Uri($"{resource}/mcp/{server}");
        Bearer = Run("identity", "token", "bench", "--audience", resource).Trim();
        _resource = resource;
    }

    /// <summary>An access token of one more person.</summary>
    public string Person(string name)
    {
        Run("identity", "enrol", name);
        Run("policy", "activate");
        return Run("identity", "token", name, "--audience", _resource).Trim();
    }

    public string Run(params string[] arguments)
    {
        using var process = Begin(Program, arguments);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"obstat {string.Join(' ', arguments)}: exit {process.ExitCode}\n{errors.Result}");
    }

    public void Dispose()
    {
        foreach (var process in Enumerable.Reverse(_running))
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
            process.WaitForExit(10_000);
            process.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    // A free port, so that a gateway that runs on the usual one is left alone.
    private string ListenApart()
    {
        using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var address = free.LocalEndpoint.ToString()!;
        var file = Path.Combine(Folder, "obstat.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"gateway\": {", $"\"listen\": {{ \"gateway\": \"{address}\", \"console\": null }},\n  \"gateway\": {{ \"resource\": \"http://{address}\",", StringComparison.Ordinal));
        return $"http://{address}";
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private Process Start(string program, params string[] arguments)
    {
        var process = Begin(program, arguments);
        _running.Add(process);
        return process;
    }

    private Process Begin(string program, string[] arguments)
        => Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<string> LineAsync(StreamReader reader, Func<string, string?> pick)
    {
        var heard = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var close = limit.Token.Register(reader.Close);
        while (await LineOrNullAsync(reader) is { } line)
        {
            heard.Add(line);
            if (pick(line) is { } found)
            {
                _ = reader.ReadToEndAsync();
                return found;
            }
        }

        throw new InvalidOperationException(string.Join('\n', heard));
    }

    private static async Task<string?> LineOrNullAsync(StreamReader reader)
    {
        try
        {
            return await reader.ReadLineAsync();
        }
        catch (Exception ended) when (ended is ObjectDisposedException or IOException)
        {
            return null;
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Obstat.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("no Obstat.slnx above the benchmark");
    }
}
