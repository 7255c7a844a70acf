using System.Text;
using Obstat.Cli.Auditing;
using Obstat.Cli.Checking;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Core.Replays;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat audit</c>: a whole ledger, every entry.</summary>
internal static class AuditCommand
{
    private const int FindingsShown = 20;

    public static Verb Verb { get; } = new()
    {
        Path = "audit",
        About = "check a whole ledger: every hash, statement, signature, chain and number, every head, the state folded again",
        Examples =
        [
            "obstat audit exported --log-key \"local.k3v9q2x7ab.obstat.internal+5f3c0d11+AQ..\"",
            "obstat audit exported --trust trust.txt --seen checkpoint-of-last-month",
            "obstat audit --log-key VKEY --output json",
        ],
        Arguments = [new("FOLDER", "what obstat ledger export --statements wrote; without it: a copy of this installation's ledger, made for the audit", IsRequired: false)],
        Options =
        [
            .. TrustGiven.Options,
            new("--seen", "FILE", "a checkpoint that you kept from earlier: the ledger must continue it"),
            new("--predecessor", "FOLDER", "the log that ended before this one, as exported with its statements: its end and the state that was carried are checked too"),
            new("--hashes-only", null, "leave out the statements' signatures; INCOMPLETE at best"),
        ],
        More = "Says of each enforcement point's boot up to which number it is complete, what is missing and what is there twice. Exit code 0: verified; 12: something is wrong, and named; 13: something could not be checked.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var fold = new StateReplay();
        var (report, code) = await AuditAsync(invocation, fold, "FOLDER", !invocation.Has("--hashes-only"), cancellation).ConfigureAwait(false);
        if (report is null)
        {
            return code;
        }

        invocation.Terminal.Write(invocation.IsJson ? report.ToJson().ToString() : Text(report));
        return CodeOf(report.Result);
    }

    /// <summary>The exit code of a result.</summary>
    public static int CodeOf(VerifyResult result) => result switch { VerifyResult.Verified => ExitCode.Done, VerifyResult.Failed => ExitCode.NotVerified, _ => ExitCode.Incomplete };

    /// <summary>Audits what the invocation names; null with the exit code where that was not possible, which is told.</summary>
    public static async Task<(AuditReport? Report, int Code)> AuditAsync(Invocation invocation, StateReplay fold, string argument, bool withSignatures, CancellationToken cancellation)
    {
        if (!TrustGiven.TryRead(invocation, out var trust, out var code))
        {
            return (null, code);
        }

        ExportedCopy? copy = null;
        try
        {
            var folder = invocation.Argument(argument);
            if (folder is null)
            {
                if (!invocation.TrySettings(out var settings))
                {
                    return (null, ExitCode.Usage);
                }

                (copy, code) = await ExportedCopy.MakeAsync(invocation, settings, cancellation).ConfigureAwait(false);
                folder = copy?.Folder;
            }

            if (folder is null)
            {
                return (null, code);
            }

            (string, ReadOnlyMemory<byte>)[] seen = invocation.Option("--seen") is { } file ? [(file, await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false))] : [];
            var log = new LogInFolder(folder);
            if (!TryCarry(invocation, log, withSignatures, fold, out var folds, cancellation))
            {
                return (null, ExitCode.NotVerified);
            }

            return (ExportedLogAudit.Run(log, trust, seen, withSignatures, folds ? fold.Apply : null, new Progress(invocation.Terminal, "entries").Tell, cancellation), ExitCode.Done);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "there is nothing to audit", "name a folder that obstat ledger export --statements wrote")));
        }
        finally
        {
            copy?.Dispose();
        }
    }

    /// <summary>Begins the fold of a log that goes on from another one with what that one carried. Without that log nobody can fold, and the audit is incomplete.</summary>
    private static bool TryCarry(Invocation invocation, LogInFolder log, bool withSignatures, StateReplay fold, out bool folds, CancellationToken cancellation)
    {
        folds = true;
        var (genesis, predecessor) = (Succession.GenesisOf(log), invocation.Option("--predecessor"));
        if (predecessor is null)
        {
            folds = genesis is null || genesis.State == StateDigests.Empty.Digest;
            return true;
        }

        var before = new StateReplay();
        var wrong = genesis is null ? "the log says of no other that it goes on from it"
            : Succession.Audit(new LogInFolder(predecessor), genesis, withSignatures, before, new Progress(invocation.Terminal, "entries before").Tell, cancellation);
        if (wrong is not null)
        {
            _ = invocation.Terminal.Fail(ExitCode.NotVerified, ErrorText.Of("predecessor", Shown.Of(wrong, 300), "the two logs do not fit", "ask the operator for the log that the genesis names"));
            return false;
        }

        fold.Carry(before.Parts);
        return true;
    }

    private static string Text(AuditReport report)
    {
        var text = new StringBuilder();
        foreach (var check in report.Checks)
        {
            _ = text.Append($"{check.Id}  {VerifyReport.Word(check.Status),-12}{check.Title}: {Shown.Of(check.Detail, 300)}\n");
        }

        Section("points", report.Points.Select(p => p.ToString()));
        Section("gaps", report.Gaps);
        Section("found", report.Findings.Take(FindingsShown).Select(f => $"{f.Check}  {f.Word,-12}{f.Detail}").Concat(report.Findings.Length > FindingsShown ? [$".. and {report.Findings.Length - FindingsShown} more (--output json)"] : []));
        Section("not proved", VerifyReport.NotProved);
        return text.Append('\n').Append(AuditReport.Word(report.Result)).Append('\n').ToString();

        void Section(string name, IEnumerable<string> lines)
        {
            var isFirst = true;
            foreach (var line in lines)
            {
                _ = text.Append(isFirst ? $"\n{name}\n" : "").Append("  ").Append(Shown.Of(line, 300)).Append('\n');
                isFirst = false;
            }
        }
    }
}
