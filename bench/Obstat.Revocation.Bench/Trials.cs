using System.Diagnostics;
using System.Globalization;
using Obstat.Calls.Bench;

namespace Obstat.Revocation.Bench;

/// <summary>Trials with one number of streams: all of them run at once, each the stream of a person whom this trial or a later one revokes.</summary>
internal sealed class Trials(Installation installation, People people, Operator admin, Random random, int size, int everyMs, string? file)
{
    /// <summary>People who have streams when the last trial is over, at most.</summary>
    public const int PeopleBeyond = 64;

    /// <summary>Trials before the first that counts: code that runs for the first time is compiled then.</summary>
    public const int WarmUp = 20;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(1_000);
    private static readonly TimeSpan Counting = TimeSpan.FromSeconds(3);

    private readonly List<(double Tool, double Last, double Stolen)> _trials = [];
    private readonly List<double> _one = [];
    private readonly List<Group> _groups = [];

    public async Task RunAsync(int trials, Func<bool> isOver)
    {
        using var crowd = new Crowd();
        await FillAsync(crowd);
        await TellRateAsync(crowd);
        for (var trial = -WarmUp; trial < trials && !isOver(); trial++)
        {
            await Task.Delay(Settling);
            await TryAsync(crowd, trial >= 0);
            await FillAsync(crowd);
        }

        Tell();
        _groups.ForEach(g => g.Dispose());
    }

    private async Task TryAsync(Crowd crowd, bool counts)
    {
        var (group, subset) = (_groups[0], _groups[0].Streams.ToArray());
        crowd.LookAt(subset);
        await Task.Delay(20);
        var stolen = Cpu.StolenMs();
        var accepted = Kernel.Now();
        var answer = await admin.RevokeAsync($"User::{group.Person}@local");
        await crowd.EndAsync(subset);
        var taken = Cpu.StolenMs() - stolen;
        await group.EndAsync();
        _groups.RemoveAt(0);
        var lost = _groups.SelectMany(g => g.Streams).Where(s => s.HasEnded).ToArray();
        if (answer.Ordered == group.Count && lost.Length == 0 && subset.All(IsRevoked))
        {
            if (!counts)
            {
                return;
            }

            var (tool, last) = (Ms(subset.Max(s => s.LastOfTool) - accepted), Ms(subset.Max(s => s.Last) - accepted));
            _trials.Add((tool, last, taken));
            _one.AddRange(subset.Select(s => Ms(s.Last - accepted)));
            if (file is not null)
            {
                await File.AppendAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"{size} {everyMs} {group.Count} {tool:F3} {last:F3} {taken:F0}\n"));
            }

            return;
        }

        // Something else ended a stream, so this trial says nothing about the order: what ended it says what.
        Console.WriteLine($"void: {answer.Ordered} of {group.Count} ordered, {lost.Length} others ended; {lost.Concat(subset.Where(s => !IsRevoked(s))).FirstOrDefault()?.Tail}");
        await crowd.EndAsync(lost);
        _groups.ForEach(g => g.Streams.RemoveAll(lost.Contains));
    }

    private static bool IsRevoked(Stream stream) => stream.Tail.Contains("Revoked", StringComparison.Ordinal);

    /// <summary>Begins as many streams as ended: for the groups that lack some, and for new ones.</summary>
    private async Task FillAsync(Crowd crowd)
    {
        for (var room = size - _groups.Sum(g => g.Streams.Count); room > 0; room = size - _groups.Sum(g => g.Streams.Count))
        {
            if (_groups.All(g => g.Streams.Count == g.Count))
            {
                _groups.Add(new Group(people.Next(), random.Next(1, size + 1)));
            }

            var group = _groups.First(g => g.Streams.Count < g.Count);
            group.Streams.AddRange(await crowd.BeginAsync(Math.Min(room, group.Count - group.Streams.Count), SessionsOf(group)));
        }
    }

    private static double Ms(long nanoseconds) => Math.Max(0, nanoseconds / 1e6);

    private async Task TellRateAsync(Crowd crowd)
    {
        var parts = installation.Parts();
        await Task.Delay(Settling);
        var (before, began, cpu) = (crowd.Streams.Sum(s => s.Events), Stopwatch.GetTimestamp(), Cpu.Of(parts, "gateway"));
        await Task.Delay(Counting);
        var (events, took) = (crowd.Streams.Sum(s => s.Events) - before, Stopwatch.GetElapsedTime(began));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{size} streams, an event each {everyMs} ms: {events / took.TotalSeconds:F0} of {size * 1000.0 / everyMs:F0} events a second arrive, {(Cpu.Of(parts, "gateway") - cpu) / Math.Max(1, events):F1} us of the gateway's processor each"));
    }

    private Func<Task<Session>> SessionsOf(Group group) => async () =>
    {
        var session = new Session(installation.Governed, await admin.TokenAsync(group.Person, installation.Governed.GetLeftPart(UriPartial.Authority)));
        for (var isOpen = false; !isOpen;)
        {
            try
            {
                await session.Caller.ConnectAsync();
                isOpen = true;
            }
            catch (InvalidOperationException e) when (e.Message.Contains("\"Late\"", StringComparison.Ordinal))
            {
                // A machine without time refuses; nothing is measured while streams begin.
                await Task.Delay(Settling);
            }
        }

        group.Sessions.Add(session);
        return session;
    };

    private void Tell()
    {
        Tell("last byte of the tool, last stream", [.. _trials.Select(t => t.Tool)]);
        Tell("last byte of all, last stream", [.. _trials.Select(t => t.Last)]);
        Tell("last byte of all, any stream", _one);
        Tell("last stream, no processor taken away", [.. _trials.Where(t => t.Stolen == 0).Select(t => t.Last)]);
        if (File.Exists(file))
        {
            var start = string.Create(CultureInfo.InvariantCulture, $"{size} {everyMs} ");
            Tell("last byte of all, last stream, every run", [.. File.ReadLines(file).Where(l => l.StartsWith(start, StringComparison.Ordinal)).Select(l => double.Parse(l.Split(' ')[4], CultureInfo.InvariantCulture))]);
        }
    }

    private void Tell(string what, List<double> ms)
    {
        ms.Sort();
        Console.WriteLine(ms.Count == 0 ? $"{size,5} streams  {what}: no trial" : string.Create(CultureInfo.InvariantCulture,
            $"{size,5} streams  {what,-40} p50 {At(ms, 0.5):F1}  p90 {At(ms, 0.9):F1}  p99 {At(ms, 0.99):F1}  longest {ms[^1]:F1} ms  of {ms.Count}"));
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
