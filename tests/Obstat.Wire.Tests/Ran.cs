using System.Diagnostics;
using System.Text.Json;

namespace Obstat.Wire.Tests;

/// <summary>A program that ended: what it said and how.</summary>
internal sealed record Ran(int Exit, string Output, string Errors)
{
    /// <summary>Standard output as one JSON document.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The run, or a failed test that shows everything it said.</summary>
    public Ran MustExit(int code)
    {
        Assert.True(Exit == code, $"exit {Exit}, expected {code}\nstdout: {Output}\nstderr: {Errors}");
        return this;
    }

    /// <summary>Runs a program to its end. Its environment is this process's plus <paramref name="environment"/>.</summary>
    public static async Task<Ran> ProgramAsync(string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        using var process = Process.Start(StartOf(folder, environment, program, arguments))!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end");
        }

        return new Ran(process.ExitCode, await output, await errors);
    }

    public static ProcessStartInfo StartOf(string folder, IReadOnlyDictionary<string, string> environment, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
