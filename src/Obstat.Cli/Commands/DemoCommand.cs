using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Demo;
using Obstat.Cli.Output;
using Obstat.Proof.Json;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat demo</c>.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static Verb Verb { get; } = new()
    {
        Path = "demo",
        About = "watch a gate refuse, permit and prove: real processes, real faults, offline, about half a minute",
        Examples = ["obstat demo", "obstat demo --keep --dir obstat-demo", "obstat demo --check --output json"],
        Options =
        [
            new("--check", null, "for CI: exit code 15 if any row is open"),
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
            stage = await Stage.BuildAsync(folder).ConfigureAwait(false);
        }
        catch (DemoFailureException e)
        {
            return terminal.Fail(ExitCode.Failed, ErrorText.Of("demo", e.Message, "the demo could not be set up", "run ./obstat demo from the sources"));
        }

        await using (stage.ConfigureAwait(false))
        {
            if (!invocation.IsJson)
            {
                terminal.Write(Line("#", "BROKEN", "EXPECTED", "GOT", "EFFECTS", "ENTRY", ""));
            }

            var results = ImmutableArray.CreateBuilder<RowResult>();
            var play = new Play(stage, result =>
            {
                results.Add(result);
                if (!invocation.IsJson)
                {
                    terminal.Write(Line(
                        result.Row.Number.ToString(CultureInfo.InvariantCulture), result.Row.Broken, result.Row.Expected, Shown.Of(result.Got, 60), result.Effects.ToString(CultureInfo.InvariantCulture),
                        result.Entry?.ToString(CultureInfo.InvariantCulture) ?? "-", result.IsClosed ? "CLOSED" : $"OPEN   {Shown.Of(result.Open!, 200)}"));
                }
            });
            var playing = play.RunAsync();
            var patience = Task.Delay(Deadline - clock.Elapsed, cancellation);
            if (await Task.WhenAny(playing, patience).ConfigureAwait(false) != playing)
            {
                terminal.Tell(cancellation.IsCancellationRequested ? "stopping" : FormattableString.Invariant($"not done within {Deadline.TotalSeconds} s: the rows that are left stay open"));
                await stage.DisposeAsync().ConfigureAwait(false);
            }

            try
            {
                _ = await playing.ConfigureAwait(false);
            }
            catch (Exception e) when (e is DemoFailureException or InvalidOperationException or IOException)
            {
                terminal.Tell(ErrorText.Of("demo", e.Message, "the rows after it were not played", "run it with --keep and look into demo.log").ToString());
            }

            cancellation.ThrowIfCancellationRequested();
            var closed = results.Count(r => r.IsClosed);
            Tell(invocation, stage, results.ToImmutable(), closed, kept, clock.Elapsed);
            return closed == Demo.Play.Count ? ExitCode.Done : ExitCode.Open;
        }
    }

    private static void Tell(Invocation invocation, Stage stage, ImmutableArray<RowResult> results, int closed, bool kept, TimeSpan took)
    {
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("demo",
                ("rows", JsonValue.Array(results.Select(r => r.ToJson()))),
                ("closed", JsonValue.Of(closed)),
                ("of", JsonValue.Of(Demo.Play.Count)),
                ("milliseconds", JsonValue.Of((long)took.TotalMilliseconds)),
                ("logKey", JsonValue.Of(stage.LogKey)));
            return;
        }

        invocation.Terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\nCLOSED {closed}/{Demo.Play.Count}   in {took.TotalSeconds:0.0} s\n")
            + (kept ? $"verify   obstat verify {Path.Combine(stage.Folder, "bundle.zip")} --log-key \"{stage.LogKey}\"\nlog      {stage.In("demo.log")}\n" : "keep     obstat demo --keep --dir obstat-demo      leaves bundle and log there, to be verified\n")
            + "next     obstat init\n");
    }

    private static string Line(string number, string broken, string expected, string got, string effects, string entry, string end)
        => $"{number,2}  {broken,-49}{expected,-21}{got,-21}{effects,7}  {entry,5}  {end}".TrimEnd();
}
