using System.Globalization;
using Obstat.Bench;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
if (args is ["start", .. var wanted])
{
    await StartRound.RunAsync([.. wanted.Select(w => long.Parse(w, CultureInfo.InvariantCulture))], Console.Out);
    return;
}

if (args is ["audit", .. var size])
{
    AuditRound.Run(size is [var whole] && int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var entries) ? entries : 1_000_000);
    return;
}

var rounds = args is [var count, ..] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 5;
var figures = new List<LedgerRound>();
const int WarmUps = 3; // until the runtime has compiled what is hot
for (var i = 0; i < rounds + WarmUps; i++)
{
    var round = await LedgerRound.RunAsync();
    if (i >= WarmUps)
    {
        figures.Add(round);
    }
}

// Floors vary between minutes, so each ratio is taken within its round, and the median of the rounds is told.
Tell("bare SQLite batch insert of the same rows", r => r.BareRowsPerSecond, "rows/s");
Tell("log core, reports signed before (no statement signature)", r => r.ReportsPerSecond, "entries/s");
Tell("  over the bare insert of the same rows", r => r.ReportsPerSecond / r.BareReportsPerSecond, "x");
Tell("  entries per commit", r => r.ReportsPerCommit, "");
Tell("durable permits, 64 callers: composed, checked, signed, committed, proven, permit signed", r => r.DecisionsPerSecond, "entries/s");
Tell("  over the bare insert of the same rows", r => r.DecisionsPerSecond / r.BareRowsPerSecond, "x");
Tell("  over what two signatures each allow on all cores", r => r.DecisionsPerSecond * 2 * r.SignatureMicroseconds / 1e6 / Environment.ProcessorCount, "x");
Tell("  entries per commit", r => r.EntriesPerCommit, "");
Tell("  allocated per decision", r => r.BytesPerDecision, "bytes");
Tell("  CPU per decision", r => r.DecisionCpu, "us");
Tell("  CPU per report", r => r.ReportCpu, "us");
Tell("  CPU per bare row", r => r.BareCpu, "us");
Tell("bytes on disk per permit and its outcome, one sealed blob of 320 bytes", r => r.DiskBytes, "bytes");
Tell("ask to permit at half load p50", r => r.HalfP50, "us");
Tell("ask to permit at half load p99", r => r.HalfP99, "us");
Tell("  p50 beyond one commit and two signatures", r => r.HalfP50 - r.CommitP50 - (2 * r.SignatureMicroseconds), "us");
Tell("one P-256 signature", r => r.SignatureMicroseconds, "us");
Tell("one decision's statement written", r => r.WriteMicroseconds, "us");
Tell("one decision's statement read", r => r.ReadMicroseconds, "us");
Tell("one caller: append p50", r => r.AppendP50, "us");
Tell("one caller: append p99", r => r.AppendP99, "us");
Tell("one-row SQLite commit p50", r => r.CommitP50, "us");
Tell("one-row SQLite commit p99", r => r.CommitP99, "us");
Tell("append p50 beyond one commit and two signatures", r => r.AppendP50 - r.CommitP50 - (2 * r.SignatureMicroseconds), "us");

void Tell(string what, Func<LedgerRound, double> figure, string unit)
{
    var sorted = figures.Select(figure).Order().ToArray();
    Console.WriteLine($"{what,-72} {sorted[sorted.Length / 2],12:0.##} {unit} ({sorted[0]:0.##} .. {sorted[^1]:0.##})");
}
