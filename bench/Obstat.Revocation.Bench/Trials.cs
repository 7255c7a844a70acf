using System.Diagnostics;
using System.Globalization;
using Obstat.Calls.Bench;

namespace Obstat.Revocation.Bench;

/// <summary>Trials with one number of streams.</summary>
internal sealed class Trials(Installation installation, People people, Operator admin, Random random, int size, int everyMs)
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Counting = TimeSpan.FromSeconds(3);

    private readonly List<double> _tool = [];
    private readonly List<double> _last = [];
    private readonly List<double> _one = [];
    private readonly List<Session> _sessions = [];
    private readonly string _bystander = people.Next();

    public async Task RunAsync(int trials)
    {
        using var crowd = new Crowd();
        var others = new Stack<Stream>(await crowd.BeginAsync(size, SessionsOf(_bystander)));
        await TellRateAsync(crowd);
        for (var trial = 0; trial < trials; trial++)
        {
            var count = random.Next(1, size + 1);
            var person = people.Next();
            var leaving = Enumerable.Range(0, count).Select(_ => others.Pop()).ToArray();
            await Task.WhenAll(leaving.Select(s => s.CancelAsync()));
            await crowd.EndAsync(leaving);
            var subset = await crowd.BeginAsync(count, SessionsOf(person));
            await Task.Delay(Settling);
            crowd.LookAt(subset);
            await Task.Delay(20);
            var accepted = Kernel.Now();
            var answer = await admin.RevokeAsync($"User::{person}@local");
            await crowd.EndAsync(subset);
            var lost = others.Where(o => o.HasEnded).ToArray();
            if (answer.Ordered == count && lost.Length == 0 && subset.All(s => s.Tail.Contains("Revoked", StringComparison.Ordinal)))
            {
                _tool.Add(Ms(subset.Max(s => s.LastOfTool) - accepted));
                _last.Add(Ms(subset.Max(s => s.Last) - accepted));
                _one.AddRange(subset.Select(s => Ms(s.Last - accepted)));
            }
            else
            {
                // Something else ended a stream, so this trial says nothing about the order: the tail says what.
                Console.WriteLine($"void: {answer.Ordered} of {count} ordered, {lost.Length} others ended; {lost.Concat(subset.Where(s => !s.Tail.Contains("Revoked", StringComparison.Ordinal))).FirstOrDefault()?.Tail}");
                await crowd.EndAsync(lost);
                others = new Stack<Stream>(others.Except(lost));
            }

            foreach (var again in await crowd.BeginAsync(size - others.Count, SessionsOf(_bystander)))
            {
                others.Push(again);
            }
        }

        if (_tool.Count > 0)
        {
            Tell("last byte of the tool, last stream", _tool);
            Tell("last byte of all, last stream", _last);
            Tell("last byte of all, any stream", _one);
        }

        _sessions.ForEach(s => s.Dispose());
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

    private Func<Task<Session>> SessionsOf(string person) => async () =>
    {
        var session = new Session(installation.Governed, await admin.TokenAsync(person, installation.Governed.GetLeftPart(UriPartial.Authority)));
        await session.Caller.ConnectAsync();
        lock (_sessions)
        {
            _sessions.Add(session);
        }

        return session;
    };

    private void Tell(string what, List<double> ms)
    {
        ms.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,5} streams  {what,-36} p50 {At(ms, 0.5):F1}  p90 {At(ms, 0.9):F1}  p99 {At(ms, 0.99):F1}  longest {ms[^1]:F1} ms  of {ms.Count}"));
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
