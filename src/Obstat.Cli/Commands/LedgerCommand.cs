using System.Diagnostics;
using System.Globalization;
using System.Net;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Cli.Serving;

namespace Obstat.Cli.Commands;

/// <summary>
/// <c>obstat ledger ..</c>: what is done to the ledger's files. This program cannot read them; the plane's program does, as a process of its own, also while no plane runs.
/// </summary>
internal static class LedgerCommand
{
    private const string ListenDefault = "127.0.0.1:7075";
    private const string OverlapDefault = "30";

    public static Verb Checkpoint { get; } = new()
    {
        Path = "ledger checkpoint",
        About = "the newest published checkpoint, as a signed note",
        Examples = ["obstat ledger checkpoint", "obstat ledger checkpoint --output json"],
        RunAsync = static (invocation, cancellation) => RunAsync(invocation, cancellation, "checkpoint"),
    };

    public static Verb Proof { get; } = new()
    {
        Path = "ledger proof",
        About = "proof that an entry is in the ledger, as a .tlog-proof under the newest published checkpoint",
        Examples = ["obstat ledger proof 4711", "obstat ledger proof 0 > genesis.tlog-proof"],
        Arguments = [new("INDEX", "index of an entry")],
        RunAsync = static (invocation, cancellation) => long.TryParse(invocation["INDEX"], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? RunAsync(invocation, cancellation, "proof", invocation["INDEX"])
            : Task.FromResult(invocation.Misused($"\"{Shown.Of(invocation["INDEX"], 64)}\" is no index", "entries are numbered from 0", "obstat decisions list")),
    };

    public static Verb Export { get; } = new()
    {
        Path = "ledger export",
        About = "write the published ledger as static files that any file server can show (C2SP tlog-tiles)",
        Examples = ["obstat ledger export public", "obstat ledger export for-the-auditor --statements"],
        Arguments = [new("FOLDER", "a new folder, or one that was written before: then it grows")],
        Options =
        [
            new("--statements", null, "also what was decided, under pseudonyms: for an auditor, not for everybody"),
            new("--from", "LEDGER", "the folder of a ledger whose log ended, wherever it lies"),
        ],
        More = "Files never change once they are written; the checkpoint is replaced last. A file that is there with other bytes ends it.",
        RunAsync = static (invocation, cancellation) => RunAsync(invocation, cancellation, ["export", Path.GetFullPath(invocation["FOLDER"]), .. invocation.Has("--statements") ? ["statements"] : Array.Empty<string>(), .. invocation.Option("--from") is { } ledger ? ["from", Path.GetFullPath(ledger)] : Array.Empty<string>()]),
    };

    public static Verb RebuildIndex { get; } = new()
    {
        Path = "ledger rebuild-index",
        About = "make everything again that follows from the entries, while no plane runs",
        Examples = ["obstat ledger rebuild-index"],
        More = "Tiles are made from the entries and the kept fold is thrown away, but only if the entries lead to every signed head. No entry is changed.",
        RunAsync = static (invocation, cancellation) => RunAsync(invocation, cancellation, "rebuild-index"),
    };

    public static Verb Rotate { get; } = new()
    {
        Path = "ledger rotate",
        About = "begin a new key of the ledger's heads, while no plane runs; for a time each head is signed by both",
        Examples = ["obstat ledger rotate", "obstat ledger rotate --overlap 90", "obstat ledger rotate --log"],
        Options =
        [
            new("--overlap", "DAYS", $"how long the old key goes on, 1 to 365 (default: {OverlapDefault})"),
            new("--log", null, "end the log instead and begin another one that goes on with its state: once a year"),
        ],
        More = "Give the new key, which is printed, to everybody who verifies: as a second log line of a trust file. Enforcement points that register within the overlap take it by themselves, under the old one; any other must be enrolled again. With --log nothing may be open: drain, stop the plane, end the log. The ledger that ended lies whole in .obstat/ledger-ended, to be kept anywhere once every point registered again.",
        RunAsync = static (invocation, cancellation) => invocation.Has("--log")
            ? invocation.Option("--overlap") is null ? RunAsync(invocation, cancellation, "rotate-log") : Task.FromResult(invocation.Misused("--log and --overlap", "a log ends at once, only a key overlaps", "--log"))
            : int.TryParse(invocation.Option("--overlap") ?? OverlapDefault, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 365
            ? RunAsync(invocation, cancellation, "rotate", days.ToString(CultureInfo.InvariantCulture))
            : Task.FromResult(invocation.Misused($"--overlap \"{Shown.Of(invocation.Option("--overlap") ?? "", 64)}\" is no count of days", "expected 1 to 365", $"--overlap {OverlapDefault}")),
    };

    public static Verb Serve { get; } = new()
    {
        Path = "ledger serve",
        About = "show the published ledger over HTTP (C2SP tlog-tiles) until Ctrl-C",
        Examples = ["obstat ledger serve", "obstat ledger serve --listen 127.0.0.1:8080"],
        Options = [new("--listen", "ADDRESS:PORT", $"where (default: {ListenDefault}); beyond loopback everybody who can connect reads leaves: digests, signatures, keys")],
        RunAsync = static (invocation, cancellation) => IPEndPoint.TryParse(invocation.Option("--listen") ?? ListenDefault, out var address) && (invocation.Option("--listen") ?? ListenDefault).Contains(':', StringComparison.Ordinal)
            ? RunAsync(invocation, cancellation, "serve", address.ToString())
            : Task.FromResult(invocation.Misused($"--listen \"{Shown.Of(invocation.Option("--listen") ?? ListenDefault, 64)}\" is no address", "expected ADDRESS:PORT", $"--listen {ListenDefault}")),
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation, params string[] words)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (!Programs.TryFind(Programs.Server, out var server, out var reason))
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("programs", reason, "the ledger's files are read by the plane's program", "run ./obstat from the sources, or set OBSTAT_PROGRAMS"));
        }

        string[] all = [.. server[1..], "ledger", words[0], "--config", settings.File, "--form", invocation.IsJson ? "json" : "table", .. words[1..]];
        using var process = Process.Start(new ProcessStartInfo(server[0], all))!;
        // Ctrl-C reaches both of us; a signal to this program alone is passed on.
        await using var stop = cancellation.Register(() => _ = Signals.Send(process.Id, Signals.Terminate));
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return process.ExitCode is ExitCode.Done or ExitCode.Usage ? process.ExitCode : ExitCode.Failed;
    }
}
