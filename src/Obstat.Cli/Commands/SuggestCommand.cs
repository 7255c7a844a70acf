using System.Collections.Immutable;
using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.Checking;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Suggestions;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat policy suggest</c>.</summary>
internal static class SuggestCommand
{
    private const int RowsMax = 1000;

    public static Verb Verb { get; } = new()
    {
        Path = "policy suggest",
        About = "draft the least policies that would have allowed what was refused; never activates",
        Examples = ["obstat policy suggest --from denials", "obstat policy suggest --from denials --since 1h --to draft", "obstat policy suggest --from denials --widen --to draft"],
        Options =
        [
            new("--from", "denials", "what to draft from: recorded refusals, decided again under the policies of now"),
            new("--since", "SPAN", "only refusals of the last 30s, 15m, 1h, 7d"),
            new("--limit", "N", "at most N refusals, 1 to 1000 (default 200)"),
            new("--to", "FOLDER", "write the policy folder with the drafts in it there; the folder must not be there yet"),
            new("--widen", null, "prefixes and bounds before exact values"),
        ],
        More = "Each draft names the values that were asked for (exact values, enumerations, prefixes, bounds; nothing else) and says what else it would allow.\n"
            + "Each was decided again: it is shown only if its refusals are allowed with it. Read it, obstat check --entry ENTRY --policies FOLDER, copy it over your policies, obstat policy activate.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Option("--from") is not "denials")
        {
            return invocation.Misused($"--from is {(invocation.Option("--from") is { } from ? $"\"{Shown.Of(from, 64)}\"" : "missing")}, expected denials", "policies are drafted from refusals alone", "obstat policy suggest --from denials");
        }

        if (!TrySince(invocation.Option("--since"), out var since) || !int.TryParse(invocation.Option("--limit") ?? "200", NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit is < 1 or > RowsMax)
        {
            return invocation.Misused("--since is a number with s, m, h or d, --limit a number from 1 to 1000", "a bound that is not understood would not apply", "obstat policy suggest --from denials --since 1h --limit 200");
        }

        var to = invocation.Option("--to") is { } folder ? Path.GetFullPath(folder) : null;
        if (to is not null && Path.Exists(to))
        {
            return invocation.Misused($"{to} is there already", "nothing is overwritten", "remove it, or name another folder");
        }

        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (!OfflineCheck.TryServers(settings, out var servers, out var reason) || !OfflineCheck.TryIdentities(settings, out var identities, out reason))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason!, "the plane would not take it either", "obstat mcp list      obstat identity list"));
        }

        var (rows, code) = await Plane.AskAsync<DecisionsRequest, DecisionsAnswer>(invocation, AdminRoutes.Decisions, new DecisionsRequest(null, limit, false, null), cancellation).ConfigureAwait(false);
        if (rows is null)
        {
            return code;
        }

        var asked = new Dictionary<long, (CheckRequest Request, EnrolledIdentity Asker)>();
        var untold = ImmutableSortedDictionary.CreateBuilder<long, string>();
        foreach (var row in rows.Decisions.Where(r => since is not { } span || (DateTimeOffset.TryParse(r.Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at >= DateTimeOffset.UtcNow - span)))
        {
            var (shown, failed) = await Plane.AskAsync<EntryRequest, EntryShown>(invocation, AdminRoutes.Entry, new EntryRequest(row.Entry), cancellation).ConfigureAwait(false);
            if (shown is null)
            {
                return failed;
            }

            if (shown.Request is not { } action)
            {
                untold[row.Entry] = "what it asked for cannot be opened any more";
            }
            else if (!identities.TryGetValue(row.Principal ?? "", out var asker))
            {
                untold[row.Entry] = row.Principal is null ? "nobody proved who asked" : $"{row.Principal} is not enrolled here, so it cannot be decided again";
            }
            else
            {
                asked.Add(row.Entry, (CheckRequest.Of(action, asker.Name), asker));
            }
        }

        var files = PolicyFolder.Read(settings.Paths.Policies);
        var checks = new Dictionary<ImmutableArray<LawFile>, OfflineCheck>();
        Decided? Again(ImmutableArray<LawFile> under, long entry)
        {
            if (!checks.TryGetValue(under, out var check))
            {
                check = new OfflineCheck(settings, under, servers);
                checks.Add(under, check);
            }

            return asked.TryGetValue(entry, out var call) ? check.Decide(call.Request, call.Asker, DateTimeOffset.UtcNow).Decided : null;
        }

        var refusals = asked.Keys.Order().Select(entry => (Entry: entry, Decided: Again(files, entry))).ToArray();
        foreach (var (entry, _) in refusals.Where(r => r.Decided is null))
        {
            untold[entry] = "what it asked for is not understood by this version";
        }

        var set = Suggester.Draft(files, [.. refusals.Where(r => r.Decided is not null).Select(r => new RefusedCall(r.Entry, r.Decided!))], invocation.Has("--widen"), Again);
        if (to is not null && !set.Drafted.IsEmpty)
        {
            Write(to, set.Files);
        }

        Show(invocation, set, untold.ToImmutable(), to);
        return ExitCode.Done;
    }

    private static bool TrySince(string? text, out TimeSpan? span)
    {
        span = null;
        if (text is null)
        {
            return true;
        }

        var unit = text.Length < 2 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (unit == 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 100_000)
        {
            return false;
        }

        span = TimeSpan.FromSeconds((long)count * unit);
        return true;
    }

    private static void Write(string to, ImmutableArray<LawFile> files)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(to, file.Path);
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, [.. file.Bytes]);
        }
    }

    private static void Show(Invocation invocation, SuggestionSet set, ImmutableSortedDictionary<long, string> untold, string? to)
    {
        var left = set.Left.Concat(untold).OrderBy(l => l.Key).ToArray();
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("policy-suggest",
                ("suggestions", JsonValue.Array(set.Drafted.Select(d => JsonValue.Object(
                    ("id", JsonValue.Of(d.Id)),
                    ("permit", JsonValue.Of(d.Text)),
                    ("narrows", JsonValue.Strings(d.Narrows)),
                    ("covers", JsonValue.Array(d.Covers.Select(c => JsonValue.Of(c)))),
                    ("alsoAllows", JsonValue.Strings(d.AlsoAllows)))))),
                ("left", JsonValue.Array(left.Select(l => JsonValue.Object(("entry", JsonValue.Of(l.Key)), ("why", JsonValue.Of(l.Value)))))),
                ("folder", JsonValue.Of(set.Drafted.IsEmpty ? null : to)));
            return;
        }

        foreach (var draft in set.Drafted)
        {
            invocation.Terminal.Write($"// covers {draft.Covers.Length} refusal{(draft.Covers.Length == 1 ? "" : "s")}: entries {string.Join(", ", draft.Covers)}\n"
                + string.Concat(draft.Narrows.Select(n => $"// narrows the forbid {n}: it gets this permit as an exception\n"))
                + (draft.AlsoAllows.IsEmpty ? "// also allows: nothing but the same calls again\n" : string.Concat(draft.AlsoAllows.Select(a => $"// also allows: {Shown.Of(a, 400)}\n")))
                + draft.Text);
        }

        foreach (var (entry, why) in left)
        {
            invocation.Terminal.Tell($"left    entry {entry.ToString(CultureInfo.InvariantCulture)}: {Shown.Of(why, 400)}");
        }

        if (set.Drafted.IsEmpty)
        {
            invocation.Terminal.Tell(left.Length == 0 ? "nothing to draft from: no refusal was found" : "nothing was drafted");
        }
        else if (to is null)
        {
            invocation.Terminal.Tell("next    nothing is changed; with --to FOLDER the drafts are written beside your policies, to check and to copy");
        }
        else
        {
            invocation.Terminal.Tell($"wrote   {to}: your policy folder with the drafts in it; nothing is in force\nnext    obstat check --entry {set.Drafted[0].Covers[0].ToString(CultureInfo.InvariantCulture)} --policies {to}"
                + "      then copy it over your policies, and: obstat policy activate");
        }
    }
}
