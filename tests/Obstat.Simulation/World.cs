using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Obstat.Simulation;

/// <summary>
/// Virtual time, one seed, one thread: what happens next is the earliest event, and chance decides among events of one instant. Every event goes into the trace, whose hash is the same whenever the seed is.
/// </summary>
internal sealed class World(long seed)
{
    private readonly Random _chance = new((int)(seed ^ (seed >> 32)));
    private readonly PriorityQueue<Action, (long At, int Tie, long N)> _events = new();
    private readonly ArrayBufferWriter<byte> _trace = new(16 * 1024);
    private long _n;

    /// <summary>Virtual time since the start, in microseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Events that happened.</summary>
    public long Steps { get; private set; }

    /// <summary>What is told when a world is replayed; null in the many.</summary>
    public List<string>? Told { get; init; }

    /// <summary>Whether faults still happen.</summary>
    public bool HasFaults { get; set; } = true;

    /// <summary>Something happens after so many ms.</summary>
    public void After(double ms, Action action) => _events.Enqueue(action, (Now + (long)(ms * 1000), _chance.Next(), _n++));

    /// <summary>A number below a bound.</summary>
    public int Below(int bound) => _chance.Next(bound);

    /// <summary>A site at which the world may do something nasty: only while there are faults, and only if this world's swarm has that kind.</summary>
    public bool Buggify(bool kind, double probability) => HasFaults && kind && _chance.NextDouble() < probability;

    /// <summary>128 bits of this world.</summary>
    public string Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        _chance.NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }

    /// <summary>Runs until a time or until nothing is left.</summary>
    public void RunUntil(double ms)
    {
        while (_events.TryPeek(out var action, out var at) && at.At <= ms * 1000)
        {
            _ = _events.Dequeue();
            Now = at.At;
            Steps++;
            action();
        }

        Now = Math.Max(Now, (long)(ms * 1000));
    }

    /// <summary>One line of the trace.</summary>
    public void Trace(string what, long about)
    {
        var line = _trace.GetSpan(16 + what.Length);
        _ = BitConverter.TryWriteBytes(line, Now);
        _ = BitConverter.TryWriteBytes(line[8..], about);
        _trace.Advance(16 + Encoding.ASCII.GetBytes(what, line[16..]));
        Told?.Add(string.Create(CultureInfo.InvariantCulture, $"{Now / 1000.0,10:0.000} ms  {what} {about}"));
    }

    /// <summary>The hash of everything that happened.</summary>
    public string Hash() => Convert.ToHexString(SHA256.HashData(_trace.WrittenSpan));
}
