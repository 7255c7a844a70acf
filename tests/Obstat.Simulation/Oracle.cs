using System.Globalization;
using System.Security.Cryptography;
using Obstat.Proof;

namespace Obstat.Simulation;

/// <summary>
/// Knows what is right without any code of the product: three journals - what the disk holds, what effects happened upstream, what clients were told - and a reference of leases in a few lines.
/// </summary>
internal sealed class Oracle(World world, bool isConnected)
{
    private readonly Dictionary<int, Known> _known = [];
    private readonly List<string> _violations = [];
    private readonly List<(int Principal, long At, bool Halt)> _stops = [];
    private readonly SortedDictionary<long, Digest> _heads = [];

    public IReadOnlyList<string> Violations => _violations;

    public long Effects { get; private set; }

    /// <summary>An entry is on the disk.</summary>
    public void Durable(int execution, int principal, bool allow, bool leased) => _known[execution] = new Known(principal, allow, leased);

    /// <summary>An outcome of it, or that nobody told one, is on the disk.</summary>
    public void Closed(int execution) => _known[execution].IsClosed = true;

    /// <summary>Somebody was told this head: every later log must begin with what it covers.</summary>
    public void Head(long size, Digest root)
    {
        Check(!_heads.TryGetValue(size, out var before) || before == root, "I3", $"two heads of size {size}");
        _heads[size] = root;
    }

    /// <summary>Whether something that began has neither ended nor been closed.</summary>
    public bool OwesEvidence => _known.Values.Any(Owes);

    /// <summary>Somebody was told that an entry is there.</summary>
    public void Acknowledged(int execution)
        => Check(_known.ContainsKey(execution), "I3", $"execution {execution} was acknowledged and is not in the ledger");

    /// <summary>A point was given leave by an answer to what it sent at that time: holds until then plus its life, less the margin.</summary>
    public void Renewed(int execution, long sent, long lifeUs)
    {
        if (_known.TryGetValue(execution, out var known) && !known.Over && world.Now < Math.Max(known.Until, sent + lifeUs))
        {
            known.Until = Math.Max(known.Until, sent + lifeUs);
        }
    }

    /// <summary>The point was told that this execution stops.</summary>
    public void Stopped(int execution)
    {
        if (_known.TryGetValue(execution, out var known))
        {
            known.Over = true;
        }
    }

    /// <summary>A revocation or a halt was committed or acted.</summary>
    public void Stop(int principal, bool halt) => _stops.Add((principal, world.Now, halt));

    public void Lift(int principal) => _ = _stops.RemoveAll(s => s.Halt && s.Principal == principal);

    /// <summary>Something happened upstream.</summary>
    public void Effect(int execution, long ttlUs)
    {
        Effects++;
        if (!_known.TryGetValue(execution, out var known))
        {
            Check(false, "I1", $"effect of {execution}, of which the ledger knows nothing");
            return;
        }

        Check(known.Allow, "I7", $"effect of {execution}, which was denied");
        Check(++known.Effects == 1 || known.Leased, "I1", $"effect {known.Effects} of {execution}, which was permitted once");
        Check(!known.Leased || world.Now < known.Until, "I5", $"effect of {execution} at {Ms(world.Now)}, its time ended at {Ms(known.Until)}");
        Check(!known.Over, "I5", $"effect of {execution} after its stop");
        foreach (var stop in _stops.Where(s => s.Principal == known.Principal))
        {
            Check(world.Now <= stop.At + ttlUs, "I5", $"effect of {execution} {Ms(world.Now - stop.At)} after the stop of its principal");
        }
    }

    /// <summary>The quiet end: everything that began is told, but for what still runs.</summary>
    public void Told()
    {
        foreach (var (execution, known) in _known.Where(k => Owes(k.Value)))
        {
            Check(false, "I2", $"execution {execution} with {known.Effects} effects has neither outcome nor orphaned entry");
        }
    }

    /// <summary>The log from its first byte to its last: every head that was told is the head of that many entries.</summary>
    public void Verify(IReadOnlyList<byte[]> leaves)
    {
        Check(_heads.Count == 0 || _heads.Keys.Last() <= leaves.Count, "I4", $"a head of size {(_heads.Count == 0 ? 0 : _heads.Keys.Last())} was told, the log has {leaves.Count} entries");
        var subtrees = new Stack<(int Height, byte[] Root)>();
        for (var size = 1; size <= leaves.Count; size++)
        {
            var (height, root) = (0, SHA256.HashData([0, .. leaves[size - 1]]));
            while (subtrees.TryPeek(out var left) && left.Height == height)
            {
                (height, root) = (height + 1, SHA256.HashData([1, .. subtrees.Pop().Root, .. root]));
            }

            subtrees.Push((height, root));
            if (_heads.TryGetValue(size, out var told))
            {
                var whole = subtrees.Select(s => s.Root).Aggregate((right, left) => SHA256.HashData([1, .. left, .. right]));
                Check(told.ToArray().AsSpan().SequenceEqual(whole), "I4", $"the head of size {size} that was told is not the head of the first {size} entries");
            }
        }
    }

    private bool Owes(Known known) => known is { Allow: true, IsClosed: false } && (!known.Leased || known.Over || known.Until <= world.Now);

    /// <summary>The quiet end: faults are over.</summary>
    public void Quiet(bool serves, int execution) => Check(serves, "I6", $"a request ({execution}) is not served {(isConnected ? "" : "again ")}after the faults ended");

    private void Check(bool holds, string invariant, string what)
    {
        if (!holds && _violations.Count(v => v.StartsWith(invariant, StringComparison.Ordinal)) < 3)
        {
            _violations.Add($"{invariant}: {what}");
        }
    }

    private static string Ms(long us) => string.Create(CultureInfo.InvariantCulture, $"{us / 1000.0:0.0} ms");

    private sealed class Known(int principal, bool allow, bool leased)
    {
        public int Principal => principal;

        public bool Allow => allow;

        public bool Leased => leased;

        public long Until { get; set; }

        public bool Over { get; set; }

        public int Effects { get; set; }

        public bool IsClosed { get; set; }
    }
}
