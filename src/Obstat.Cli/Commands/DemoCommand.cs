using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Demo;
using Obstat.Cli.Output;
using Obstat.Cli.Serving;
using Obstat.Proof.Json;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat demo</c>.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan WatchedDeadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromSeconds(30);

    public static Verb Verb { get; } = new()
    {
        Path = "demo",
        About = "watch a gate refuse, permit and prove: real processes, real faults, offline, about half a minute",
        Examples = ["obstat demo", "obstat demo --open", "obstat demo --keep --dir obstat-demo", "obstat demo --check --output json"],
        Options =
        [
            new("--check", null, "for CI: exit code 15 if any row is open"),
            new("--open", null, "watch it in the browser too: tells a link, waits up to 30 s for it to be opened, and stays until Ctrl-C"),
            new("--keep", null, "keep the folder with everything in it"),
            new("--dir", "FOLDER", "where, instead of a temporary folder; must not exist or be empty"),
        ],
        More = "A row is CLOSED only if the exact code came back, the tool server's own journal shows exactly the expected effects,\n"
            + "and an entry of the ledger proves it in a bundle that verify accepts. Exit code 0: all closed; 15: a row is open.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var given = invocation.Option("--dir");
        if (given is not null && Directory.Exists(given) && Directory.EnumerateFileSystemEntries(given).Any())
        {
            return invocation.Misused($"{given} is not empty", "nothing is overwritten", "name another folder");
        }

        var folder = given is null ? Directory.CreateTempSubdirectory("obstat-demo-").FullName : Directory.CreateDirectory(Path.GetFullPath(given)).FullName;
        var kept = invocation.Has("--keep") || given is not null;
        try
        {
            return await PlayAsync(invocation, folder, kept, clock, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (!kept)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<int> PlayAsync(Invocation invocation, string folder, bool kept, Stopwatch clock, CancellationToken cancellation)
    {
        var terminal = invocation.Terminal;
        Stage stage;
        try
        {
            stage = await Stage.BuildAsync(folder, hasPages: invocation.Has("--open")).ConfigureAwait(false);
        }
        catch (DemoFailureException e)
        {
            return terminal.Fail(ExitCode.Failed, ErrorText.Of("demo", e.Message, "the demo could not be set up", "run ./obstat demo from the sources"));
        }

        await using (stage.ConfigureAwait(false))
        {
            if (stage.Bill is { } bill)
            {
                if (await OpenAsync(invocation, stage, bill, cancellation).ConfigureAwait(false) is { } failed)
                {
                    return failed;
                }

                clock.Restart();
            }

            if (!invocation.IsJson)
            {
                terminal.Write(Line("#", "BROKEN", "EXPECTED", "GOT", "EFFECTS", "ENTRY", ""));
            }

            var results = ImmutableArray.CreateBuilder<RowResult>();
            var play = new Play(stage, row => stage.Bill?.Began(row), result =>
            {
                results.Add(result);
                stage.Bill?.Ended(result);
                if (!invocation.IsJson)
                {
                    terminal.Write(Line(
                        result.Row.Number.ToString(CultureInfo.InvariantCulture), result.Row.Broken, result.Row.Expected, Shown.Of(result.Got, 60), result.Effects.ToString(CultureInfo.InvariantCulture),
                        result.Entry?.ToString(CultureInfo.InvariantCulture) ?? "-", result.IsClosed ? "CLOSED" : $"OPEN   {Shown.Of(result.Open!, 200)}"));
                }
            });
            var playing = play.RunAsync();
            var deadline = stage.Bill is null ? Deadline : WatchedDeadline;
            var patience = Task.Delay(deadline - clock.Elapsed, cancellation);
            if (await Task.WhenAny(playing, patience).ConfigureAwait(false) != playing)
            {
                terminal.Tell(cancellation.IsCancellationRequested ? "stopping" : FormattableString.Invariant($"not done within {deadline.TotalSeconds} s: the rows that are left stay open"));
                await stage.DisposeAsync().ConfigureAwait(false);
            }

            try
            {
                await playing.ConfigureAwait(false);
            }
            catch (Exception e) when (e is DemoFailureException or InvalidOperationException or IOException)
            {
                terminal.Tell(ErrorText.Of("demo", e.Message, "the rows after it were not played", "run it with --keep and look into demo.log").ToString());
            }

            cancellation.ThrowIfCancellationRequested();
            var closed = results.Count(r => r.IsClosed);
            Tell(invocation, stage, results.ToImmutable(), closed, kept, clock.Elapsed);
            await StayAsync(invocation, stage, cancellation).ConfigureAwait(false);
            return closed == Plan.Rows.Length ? ExitCode.Done : ExitCode.Open;
        }
    }

    /// <summary>Starts plane and gateway, tells the link and waits for its reader; gives the exit code where that cannot be.</summary>
    private static async Task<int?> OpenAsync(Invocation invocation, Stage stage, Playbill bill, CancellationToken cancellation)
    {
        try
        {
            await stage.EnsureAsync().ConfigureAwait(false);
            var link = await stage.LinkAsync().ConfigureAwait(false);
            invocation.Terminal.Tell($"open    {link}      once; the rows begin when it is opened, after {ReaderPatience.TotalSeconds:0} s in any case");
            Browser.TryOpen(link);
            await bill.WaitForReaderAsync(ReaderPatience, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (DemoFailureException e)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("demo", e.Message, "the pages of the demo cannot be served", "run obstat demo without --open"));
        }
    }

    /// <summary>Leaves plane, gateway and pages as they are until somebody stops them; nothing where there are no pages.</summary>
    private static async Task StayAsync(Invocation invocation, Stage stage, CancellationToken cancellation)
    {
        if (stage.Bill is not { } bill)
        {
            return;
        }

        try
        {
            await stage.EnsureAsync().ConfigureAwait(false);
            bill.Over($"obstat verify {stage.In("bundle.zip")} --log-key \"{stage.LogKey}\"");
            invocation.Terminal.Tell("pages   stay until Ctrl-C");
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
        }
        catch (DemoFailureException e)
        {
            invocation.Terminal.Tell($"pages   gone: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            // They were looked at long enough.
        }
    }

    private static void Tell(Invocation invocation, Stage stage, ImmutableArray<RowResult> results, int closed, bool kept, TimeSpan took)
    {
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("demo",
                ("rows", JsonValue.Array(results.Select(r => r.ToJson()))),
                ("closed", JsonValue.Of(closed)),
                ("of", JsonValue.Of(Plan.Rows.Length)),
                ("milliseconds", JsonValue.Of((long)took.TotalMilliseconds)),
                ("logKey", JsonValue.Of(stage.LogKey)));
            return;
        }

        invocation.Terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\nCLOSED {closed}/{Plan.Rows.Length}   in {took.TotalSeconds:0.0} s\n")
            + (kept ? $"verify   obstat verify {Path.Combine(stage.Folder, "bundle.zip")} --log-key \"{stage.LogKey}\"\nlog      {stage.In("demo.log")}\n" : "keep     obstat demo --keep --dir obstat-demo      leaves bundle and log there, to be verified\n")
            + "next     obstat init\n");
    }

    private static string Line(string number, string broken, string expected, string got, string effects, string entry, string end)
        => $"{number,2}  {broken,-49}{expected,-21}{got,-21}{effects,7}  {entry,5}  {end}".TrimEnd();
}
