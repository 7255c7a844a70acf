using System.Globalization;
using Obstat.Bench;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
if (args is ["start", .. var wanted])
{
    await StartRound.RunAsync([.. wanted.Select(w => long.Parse(w, CultureInfo.InvariantCulture))], Console.Out);
    return;
}

if (args is ["faces", .. var indexed])
{
    FacesRound.Run(indexed is [var many] && int.TryParse(many, NumberStyles.None, CultureInfo.InvariantCulture, out var decisions) ? decisions : 1_000_000);
    return;
}

if (args is ["audit", .. var size])
{
    AuditRound.Run(size is [var whole] && int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var entries) ? entries : 1_000_000);
    return;
}

const int WarmUps = 2; // until the runtime has compiled what is hot
var rounds = args is [.., var count] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 5;

// Floors vary between minutes, so each ratio is taken within its round, and the median of the rounds is told.
if (args is not ["permits", ..])
{
    var core = await Rounds(CoreRound.RunAsync);
    Tell(core, "append over the bare insert of the same rows (no statement signature)", r => r.ReportsPerSecond / r.BareRowsPerSecond, "x");
    Tell(core, "  appended", r => r.ReportsPerSecond, "entries/s");
    Tell(core, "  bare SQLite batch insert of the same rows", r => r.BareRowsPerSecond, "rows/s");
    Tell(core, "  entries per commit", r => r.ReportsPerCommit, "");
    Tell(core, "  CPU per entry", r => r.ReportCpu, "us");
    Tell(core, "  CPU per bare row", r => r.BareCpu, "us");
    Tell(core, "  allocated per entry", r => r.BytesPerReport, "bytes");
    Tell(core, "  part of the time for collecting garbage", r => r.Collecting, "x");
    Tell(core, "bytes on disk per governed call: permit, its outcome, one sealed blob of 320 bytes", r => r.DiskBytes, "bytes");
}

if (args is not ["core", ..])
{
    var figures = await Rounds(LedgerRound.RunAsync);
    Tell(figures, "durable permits over what two signatures each allow on all cores, 64 callers", r => r.DecisionsPerSecond * 2 * r.SignatureMicroseconds / 1e6 / Environment.ProcessorCount, "x");
    Tell(figures, "  over what two signatures and one bare row each allow on all cores", r => r.DecisionsPerSecond * ((2 * r.SignatureMicroseconds) + r.BareCpu) / 1e6 / Environment.ProcessorCount, "x");
    Tell(figures, "  over the bare insert of the same rows", r => r.DecisionsPerSecond / r.BareRowsPerSecond, "x");
    Tell(figures, "  composed, checked, signed, committed, proven, permit signed", r => r.DecisionsPerSecond, "permits/s");
    Tell(figures, "  bare SQLite batch insert of the same rows", r => r.BareRowsPerSecond, "rows/s");
    Tell(figures, "  entries per commit", r => r.EntriesPerCommit, "");
    Tell(figures, "  allocated per permit", r => r.BytesPerDecision, "bytes");
    Tell(figures, "  CPU per permit", r => r.DecisionCpu, "us");
    Tell(figures, "  CPU per bare row", r => r.BareCpu, "us");
    Tell(figures, "ask to permit at half load p50", r => r.HalfP50, "us");
    Tell(figures, "  beyond one commit and two signatures", r => r.HalfP50 - r.CommitP50 - (2 * r.SignatureMicroseconds), "us");
    Tell(figures, "ask to permit at half load p99", r => r.HalfP99, "us");
    Tell(figures, "one P-256 signature", r => r.SignatureMicroseconds, "us");
    Tell(figures, "one decision's statement written", r => r.WriteMicroseconds, "us");
    Tell(figures, "one decision's statement read", r => r.ReadMicroseconds, "us");
    Tell(figures, "one caller: append p50", r => r.AppendP50, "us");
    Tell(figures, "  beyond one commit and two signatures", r => r.AppendP50 - r.CommitP50 - (2 * r.SignatureMicroseconds), "us");
    Tell(figures, "one caller: append p99", r => r.AppendP99, "us");
    Tell(figures, "one-row SQLite commit p50", r => r.CommitP50, "us");
    Tell(figures, "one-row SQLite commit p99", r => r.CommitP99, "us");
}

async Task<List<T>> Rounds<T>(Func<Task<T>> round)
{
    var figures = new List<T>();
    for (var i = 0; i < rounds + WarmUps; i++)
    {
        var figure = await round();
        if (i >= WarmUps)
        {
            figures.Add(figure);
        }
    }

    return figures;
}

void Tell<T>(List<T> figures, string what, Func<T, double> figure, string unit)
{
    var sorted = figures.Select(figure).Order().ToArray();
    Console.WriteLine($"{what,-84} {sorted[sorted.Length / 2],12:0.##} {unit} ({sorted[0]:0.##} .. {sorted[^1]:0.##})");
}
