using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat export</c>.</summary>
internal static class ExportCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static Verb Verb { get; } = new()
    {
        Path = "export",
        About = "write entries and all that proves them into one file, to be verified anywhere",
        Examples = ["obstat export 4711 --to bundle.zip", "obstat export 100-200 --to bundle.zip", "obstat export all --to bundle.zip"],
        Arguments = [new("ENTRIES", "an index, FIRST-LAST, or all")],
        Options = [new("--to", "FILE", "the new file; never one that is there")],
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Option("--to") is not { } target)
        {
            return invocation.Misused("--to FILE is missing", "a bundle is a file", "obstat export all --to bundle.zip");
        }

        if (!TryRange(invocation["ENTRIES"], out var request))
        {
            return invocation.Misused($"\"{Shown.Of(invocation["ENTRIES"], 64)}\" names no entries", "expected an index, FIRST-LAST, or all", "obstat decisions list");
        }

        if (Path.Exists(target))
        {
            return invocation.Misused($"{target} is there already", "nothing is overwritten", "name another file");
        }

        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var answer = await client.AskRawAsync(AdminRoutes.Export, request, cancellation).ConfigureAwait(false);
        if (answer.Value is not { } bytes)
        {
            return Plane.Told(invocation.Terminal, settings, answer);
        }

        try
        {
            using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
            file.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "the bundle was not written", "name a file that can be written"));
        }

        var digest = $"sha256:{Digest.Of(bytes).ToHex()}";
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("export", ("file", JsonValue.Of(Path.GetFullPath(target))), ("bytes", JsonValue.Of(bytes.Length)), ("digest", JsonValue.Of(digest)));
        }
        else
        {
            invocation.Terminal.Write(FormattableString.Invariant($"wrote   {target} ({bytes.Length} bytes, {digest})\nverify  obstat verify {target} --log-key VKEY      (VKEY: obstat status, on a way that you trust)\n"));
        }

        return ExitCode.Done;
    }

    private static bool TryRange(string text, out ExportRequest request)
    {
        request = new ExportRequest(0, null);
        if (text == "all")
        {
            return true;
        }

        var parts = text.Split('-');
        var numbers = parts.Select(p => long.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= JsonValue.IntegerMax ? n : -1).ToArray();
        if (parts.Length > 2 || numbers.Any(n => n < 0) || numbers[0] > numbers[^1])
        {
            return false;
        }

        request = new ExportRequest(numbers[0], numbers[^1]);
        return true;
    }
}
