using System.Diagnostics;

namespace Obstat.Cli.Tests;

/// <summary>Runs the command line as a process of its own, in a folder that goes with the test.</summary>
internal sealed class Running : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("obstat-cli-").FullName;

    public string In(string name) => Path.Combine(Folder, name);

    public Result Obstat(params string[] words) => ObstatWith("", words);

    public Result ObstatWith(string input, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "obstat-cli.dll"), .. words])
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["OBSTAT_PROGRAMS"] = In("programs");
        _ = start.Environment.Remove("OBSTAT_CONFIG");
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(120)), "the command did not end");
        return new Result(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>A tool server in shell: each line that arrives is answered by the next of the given ones.</summary>
    public string Server(params string[] answers)
    {
        var lines = answers.Select(a => a.Length == 0 ? "read x" : $"read x\nprintf '%s\\n' '{a}'");
        File.WriteAllText(In("server.sh"), string.Join('\n', lines) + "\nwhile read x; do :; done\n");
        return In("server.sh");
    }

    /// <summary>A server that lists the given tools.</summary>
    public string Listing(params string[] tools) => Server(
        """{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}""",
        "",
        """{"jsonrpc":"2.0","id":2,"result":{"tools":[""" + string.Join(',', tools) + "]}}");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public sealed record Result(int Code, string Out, string Error);
}
