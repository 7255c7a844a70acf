using System.Diagnostics;
using System.Text;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>The program that runs corpus files.</summary>
public sealed class ConformanceTests
{
    private static readonly string[] Files = ["dev-cedar-corpus-full.jsonl.gz", "dev-handwritten.jsonl.gz", "dev-validator-cases.jsonl.gz", "dev-multi.jsonl.gz"];

    [Theory]
    [InlineData("reference")]
    [InlineData("fast")]
    public void Every_file_passes_with_either_evaluator_and_the_reading_of_the_plane(string evaluator)
    {
        var (status, output) = Run(["--evaluator", evaluator, "--plane", .. Files.Select(f => Vectors.Shared("cedar/" + f))]);
        Assert.Equal((0, "5707 passed, 0 failed"), (status, output));
    }

    [Fact]
    public void A_mismatch_is_printed_counted_and_ends_with_1()
    {
        const string Line = """
            {"id":"planted","shouldValidate":true,"policies":"permit(principal, action, resource);","schema":"entity U; action a appliesTo { principal: [U], resource: [U] };","entities":"[]","requests":[{"description":"d","principal":{"type":"U","id":"x"},"action":{"type":"Action","id":"a"},"resource":{"type":"U","id":"x"},"context":{},"decision":"deny","reason":[],"errors":[]}]}
            """;
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Line.Trim() + "\n" + Line.Trim().Replace("\"deny\",\"reason\":[]", "\"allow\",\"reason\":[\"policy0\"]", StringComparison.Ordinal) + "\n", new UTF8Encoding(false));
            var (status, output) = Run([file]);
            Assert.Equal((1, "planted decision: expected deny, got allow\nplanted reason: expected , got policy0\n1 passed, 1 failed"), (status, output));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void An_unknown_option_runs_nothing()
    {
        Assert.Equal(2, Run(["--lenient"]).Status);
        Assert.Equal(2, Run([]).Status);
    }

    private static (int Status, string Output) Run(string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Obstat.Cedar.Conformance"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaints = program.StandardError.ReadToEndAsync();
        var output = program.StandardOutput.ReadToEnd();
        program.WaitForExit();
        _ = complaints.GetAwaiter().GetResult();
        return (program.ExitCode, output.Trim());
    }
}
