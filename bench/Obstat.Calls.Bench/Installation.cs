using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Obstat.Calls.Bench;

/// <summary>An installation in a folder of its own, made and run by the command line, before the sample's payments server over HTTP.</summary>
internal sealed class Installation : IDisposable
{
    private readonly List<Process> _running = [];

    private Installation(string folder, string root) => (Folder, Program) = (folder, Path.Combine(root, "obstat"));

    public string Folder { get; }

    public string Program { get; }

    public Uri Direct { get; private set; } = null!;

    public Uri Governed { get; private set; } = null!;

    public string Bearer { get; private set; } = "";

    public static async Task<Installation> StartAsync()
    {
        var root = Root();
        var made = new Installation(Directory.CreateTempSubdirectory("obstat-bench-").FullName, root);
        made.Run("init", "--template", "payments");
        await File.WriteAllTextAsync(Path.Combine(made.Folder, "policies", "bench.cedar"), """@id("bench") permit (principal, action, resource);""");
        var samples = Environment.GetEnvironmentVariable("OBSTAT_PROGRAMS") ?? Directory.GetDirectories(Path.Combine(root, ".build")).Where(d => File.Exists(Path.Combine(d, "complete"))).MaxBy(Directory.GetLastWriteTimeUtc)!;
        var server = made.Start("dotnet", Path.Combine(samples, "Obstat.Samples.Payments", "Obstat.Samples.Payments.dll"), "--http", "http://127.0.0.1:0/mcp", "--journal", Path.Combine(made.Folder, "journal.jsonl"), "--stateless");
        made.Direct = JsonDocument.Parse(await LineAsync(server.StandardOutput, line => line.StartsWith("{\"listening\"", StringComparison.Ordinal) ? line : null)).RootElement.GetProperty("listening").Deserialize<Uri>()!;
        made.Run("mcp", "add", "payments", "--approve", "all", "--url", made.Direct.ToString());
        var up = made.Start(made.Program, "up");
        _ = await LineAsync(up.StandardError, line => line.StartsWith("gateway", StringComparison.Ordinal) && line.EndsWith("| ready", StringComparison.Ordinal) ? line : null);
        made.Run("identity", "enrol", "bench");
        using var settings = JsonDocument.Parse(made.Run("config", "show", "--output", "json"));
        made.Governed = new Uri($"http://{Gateway(settings.RootElement)}/mcp/payments");
        made.Bearer = made.Run("identity", "token", "bench", "--audience", made.Governed.ToString()).Trim();
        return made;
    }

    /// <summary>Process ids of the plane and the gateway.</summary>
    public IEnumerable<(string Name, int Id)> Parts()
        => from folder in Directory.GetDirectories("/proc")
           where int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)
           let command = Read(Path.Combine(folder, "cmdline"))
           where command.Contains(Folder, StringComparison.Ordinal) && command.Contains("--config", StringComparison.Ordinal)
           select (command.Contains("Obstat.Server", StringComparison.Ordinal) ? "plane" : "gateway", int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture));

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

    private static string Gateway(JsonElement settings)
        => settings.TryGetProperty("settings", out var inner) ? Gateway(inner)
            : settings.GetProperty("listen").GetProperty("gateway") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "127.0.0.1:7073";

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
        while (await reader.ReadLineAsync() is { } line)
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
