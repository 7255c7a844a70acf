using System.Collections.Immutable;
using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.Auditing;
using Obstat.Cli.Checking;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Core.Replays;
using Obstat.Proof.Bundles;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat replay</c>: what was decided is decided again.</summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    public static Verb Verb { get; } = new()
    {
        Path = "replay",
        About = "decide recorded requests again from the evidence alone, and compare; or fold the whole state again",
        Examples =
        [
            "obstat replay bundle.zip",
            "obstat replay 4711",
            "obstat replay bundle.zip --emit questions",
            "obstat replay exported --from-genesis --log-key VKEY",
        ],
        Arguments = [new("WHAT", "a bundle, the index of an entry of this installation, or with --from-genesis a folder that obstat ledger export --statements wrote", IsRequired: false)],
        Options =
        [
            new("--emit", "FOLDER", "also write each question that policies were asked, in the JSON of the official Cedar engine; a new folder"),
            new("--from-genesis", null, "execute every state transition of a whole ledger again and compare each state digest; needs --log-key or --trust"),
            .. TrustGiven.Options,
        ],
        More = "It believes the bundle: obstat verify says whether to. Exit code 0: the same; 12: something differs, both sides are shown; 13: an input is not there, and is named.",
        RunAsync = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
        => invocation.Has("--from-genesis") ? FromGenesisAsync(invocation, cancellation)
            : invocation.Argument("WHAT") is { } what ? DecisionsAsync(invocation, what, cancellation)
            : Task.FromResult(invocation.Misused("nothing to replay was named", "expected a bundle or the index of an entry", "obstat replay bundle.zip"));

    private static async Task<int> FromGenesisAsync(Invocation invocation, CancellationToken cancellation)
    {
        var fold = new StateReplay();
        var (report, code) = await AuditCommand.AuditAsync(invocation, fold, "WHAT", withSignatures: true, cancellation).ConfigureAwait(false);
        if (report is null)
        {
            return code;
        }

        var state = report.Checks.Single(c => c.Id == AuditChecks.State);
        if (invocation.IsJson)
        {
            invocation.Terminal.Write(
                "replay-from-genesis",
                ("result", JsonValue.Of(AuditReport.Word(report.Result))),
                ("transitions", JsonValue.Of(fold.Size)),
                ("compared", JsonValue.Of(fold.Compared)),
                ("stateDigest", JsonValue.Of(fold.Digest.ToHex())),
                ("findings", JsonValue.Strings(report.Findings.Select(f => f.Detail))));
        }
        else
        {
            var found = string.Concat(report.Findings.Take(20).Select(f => $"found   {f.Check} {Shown.Of(f.Detail, 300)}\n"));
            invocation.Terminal.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"folded  {fold.Size} of {report.Size} entries, {fold.Compared} state entries compared: {VerifyReport.Word(state.Status)}\nstate   {fold.Digest}\n{found}{AuditReport.Word(report.Result)}\n"));
        }

        return AuditCommand.CodeOf(report.Result);
    }

    private static async Task<int> DecisionsAsync(Invocation invocation, string what, CancellationToken cancellation)
    {
        long? only = long.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && !File.Exists(what) ? index : null;
        var (bytes, code) = await ReadAsync(invocation, what, only, cancellation).ConfigureAwait(false);
        if (bytes is null)
        {
            return code;
        }

        if (!EvidenceBundle.TryParse(bytes, out var bundle, out var error))
        {
            return invocation.Terminal.Fail(ExitCode.NotVerified, ErrorText.Of("bundle", error, "what is no bundle is not replayed", "obstat verify says more"));
        }

        try
        {
            return Replay(invocation, bundle, only, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "the questions were not written", "name a folder that is not there yet"));
        }
    }

    private static async Task<(byte[]? Bytes, int Code)> ReadAsync(Invocation invocation, string what, long? only, CancellationToken cancellation)
    {
        if (only is not { } index)
        {
            try
            {
                return (await File.ReadAllBytesAsync(what, cancellation).ConfigureAwait(false), ExitCode.Done);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return (null, invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "there is nothing to replay", "name a file that obstat export wrote, or the index of an entry")));
            }
        }

        if (!invocation.TrySettings(out var settings))
        {
            return (null, ExitCode.Usage);
        }

        using var client = new AdminClient(settings.Listen.Admin, s_patience);
        var answer = await client.AskRawAsync(AdminRoutes.Export, new ExportRequest(index, index), cancellation).ConfigureAwait(false);
        return (answer.Value, answer.Value is null ? Admin.Plane.Told(invocation.Terminal, settings, answer) : ExitCode.Done);
    }

    private static int Replay(Invocation invocation, EvidenceBundle bundle, long? only, CancellationToken cancellation)
    {
        var folder = invocation.Option("--emit");
        if (folder is not null && Path.Exists(folder))
        {
            return invocation.Misused($"{folder} is there already", "nothing is overwritten", "name another folder");
        }

        var replay = BundleReplay.Of(bundle);
        var progress = new Progress(invocation.Terminal, "entries");
        var rows = ImmutableArray.CreateBuilder<(long Index, Replayed Replayed)>();
        var done = 0L;
        foreach (var entry in bundle.Entries)
        {
            cancellation.ThrowIfCancellationRequested();
            progress.Tell(++done, bundle.Entries.Length);
            if ((only is null || entry.Index == only) && Statement.TryParse(entry.Statement.Span, out var statement, out _) && statement is DecisionStatement decision)
            {
                var replayed = replay.Replay(decision, entry.Index);
                rows.Add((entry.Index, replayed));
                Emit(folder, entry.Index, replayed);
            }
        }

        if (rows.Count == 0)
        {
            return invocation.Terminal.Fail(ExitCode.Incomplete, ErrorText.Of("replay", "there is no decision in it", "nothing was decided again", "obstat decisions list"));
        }

        Tell(invocation, rows);
        return rows.Any(r => r.Replayed.Verdict == ReplayVerdict.Differs) ? ExitCode.NotVerified : rows.All(r => r.Replayed.Verdict == ReplayVerdict.Same) ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static void Emit(string? folder, long index, Replayed replayed)
    {
        if (folder is not null && replayed.ToOfficialForm() is { } question)
        {
            _ = Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, index.ToString(CultureInfo.InvariantCulture) + ".json"), question + "\n");
        }
    }

    private static void Tell(Invocation invocation, ImmutableArray<(long Index, Replayed Replayed)>.Builder rows)
    {
        static string Word(ReplayVerdict verdict) => verdict switch { ReplayVerdict.Same => "same", ReplayVerdict.Differs => "differs", _ => "not replayable" };
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("replay", ("decisions", JsonValue.Array(rows.Select(r => JsonValue.Object(
                ("entry", JsonValue.Of(r.Index)), ("verdict", JsonValue.Of(Word(r.Replayed.Verdict))), ("detail", JsonValue.Of(r.Replayed.Detail)), ("asksPolicies", JsonValue.Of(r.Replayed.AsksPolicies)))))));
            return;
        }

        foreach (var (index, replayed) in rows.Where(r => rows.Count <= 20 || r.Replayed.Verdict != ReplayVerdict.Same))
        {
            invocation.Terminal.Write(string.Create(CultureInfo.InvariantCulture, $"{index,8}  {Word(replayed.Verdict),-15} {Shown.Of(replayed.Detail, 600)}"));
        }

        invocation.Terminal.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows.Count} decided again: {rows.Count(r => r.Replayed.Verdict == ReplayVerdict.Same)} same, {rows.Count(r => r.Replayed.Verdict == ReplayVerdict.Differs)} differ, {rows.Count(r => r.Replayed.Verdict == ReplayVerdict.NotReplayable)} not replayable"));
    }
}
