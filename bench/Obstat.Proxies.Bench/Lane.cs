using System.Diagnostics;
using Obstat.Calls.Bench;

namespace Obstat.Proxies.Bench;

/// <summary>One way to the server, with its connections open.</summary>
internal sealed class Lane : IDisposable
{
    private const int CallsPerTurn = 192;
    private readonly McpCaller[] _callers;
    private readonly List<double> _times = [];
    private TimeSpan _busy;

    private Lane(string name, McpCaller[] callers) => (Name, _callers) = (name, callers);

    public string Name { get; }

    /// <summary>Median of a call, in microseconds.</summary>
    public double P50
    {
        get
        {
            lock (_times)
            {
                return _times.Order().ElementAt(_times.Count / 2);
            }
        }
    }

    /// <summary>Calls per second while its turns lasted.</summary>
    public double PerSecond => _times.Count / _busy.TotalSeconds;

    public static async Task<Lane> OpenAsync(string name, Uri url, string? bearer, int connections)
    {
        var callers = Enumerable.Range(0, connections).Select(_ => new McpCaller(url, bearer)).ToArray();
        foreach (var caller in callers)
        {
            await caller.ConnectAsync();
        }

        return new Lane(name, callers);
    }

    /// <summary>One turn: the same number of calls on every way, spread over its connections.</summary>
    public async Task RunAsync(bool counts)
    {
        var turn = Stopwatch.StartNew();
        await Task.WhenAll(_callers.Select(async caller =>
        {
            for (var i = 0; i < CallsPerTurn / _callers.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await caller.CallAsync();
                var took = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                lock (_times)
                {
                    if (counts)
                    {
                        _times.Add(took);
                    }
                }
            }
        }));
        _busy += counts ? turn.Elapsed : TimeSpan.Zero;
    }

    public void Dispose()
    {
        foreach (var caller in _callers)
        {
            caller.Dispose();
        }
    }
}
