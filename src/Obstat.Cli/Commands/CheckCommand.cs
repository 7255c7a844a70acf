using System.Collections.Immutable;
using Obstat.Cli.Admin;
using Obstat.Cli.Checking;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat check</c>.</summary>
internal static class CheckCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "check",
        About = "decide a request under a policy folder without executing or recording anything",
        Examples = ["obstat check --request r.json", "obstat check --request r.json --policies draft", "obstat check --entry 4711 --policies draft"],
        Options =
        [
            new("--request", "FILE", "{\"as\":\"local\",\"server\":NAME,\"name\":TOOL,\"arguments\":{..}}"),
            new("--entry", "ENTRY", "instead of a file: what this entry recorded, decided again; the plane is asked for it"),
            new("--policies", "FOLDER", "instead of the configured folder"),
        ],
        More = "With a file it needs no plane. Exit code 0: allowed; 10: denied; 14: the policies do not load.",
        RunAsync = RunAsync,
    };

    private static Task<int> RunAsync(Invocation invocation, CancellationToken cancellation) => invocation.Option("--entry") is { } text
        ? invocation.Option("--request") is not null ? Task.FromResult(invocation.Misused("both --request and --entry", "one request is decided at a time", "give one of them"))
            : !long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var entry) || entry > JsonValue.IntegerMax
                ? Task.FromResult(invocation.Misused($"--entry is \"{Shown.Of(text, 64)}\", expected an index", "entries are counted from 0", "obstat decisions list"))
                : EntryAsync(invocation, entry, cancellation)
        : Task.FromResult(Run(invocation));

    private static async Task<int> EntryAsync(Invocation invocation, long entry, CancellationToken cancellation)
    {
        var (shown, code) = await Plane.AskAsync<EntryRequest, EntryShown>(invocation, AdminRoutes.Entry, new EntryRequest(entry), cancellation).ConfigureAwait(false);
        if (shown is null || !invocation.TrySettings(out var settings))
        {
            return code;
        }

        if (shown is not { Request: { } action, Decision: { } decision })
        {
            return invocation.Misused($"entry {entry} is no decision whose request can be opened", "only a request can be decided again", "obstat decisions list");
        }

        if (!OfflineCheck.TryIdentities(settings, out var identities, out var reason))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason!, "the plane would not take it either", "obstat identity list"));
        }

        return identities.TryGetValue(decision.Principal ?? "", out var asker)
            ? Decide(invocation, settings, CheckRequest.Of(action, asker.Name))
            : invocation.Misused($"{decision.Principal ?? "nobody verified"} is not enrolled here", "only an enrolled identity can be asked for offline", "obstat identity list");
    }

    private static int Run(Invocation invocation)
    {
        if (invocation.Option("--request") is not { } path)
        {
            return invocation.Misused("--request FILE is missing", "a request is a file or an entry", "obstat check --request FILE      or: --entry ENTRY");
        }

        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        try
        {
            return CheckRequest.TryParse(File.ReadAllBytes(path), out var request, out var reason)
                ? Decide(invocation, settings, request)
                : invocation.Misused($"{path}: {reason}", "a request that is not understood is not asked", "obstat check --help");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "a file that is needed cannot be read", "name another one"));
        }
    }

    private static int Decide(Invocation invocation, InstallationSettings settings, CheckRequest request)
    {
        if (!settings.Gateway.Servers.ContainsKey(request.Server))
        {
            return invocation.Misused($"no server \"{Shown.Of(request.Server, 64)}\" is registered", "only a registered server can be asked", "obstat mcp list");
        }

        if (!TryAsker(settings, request.As, out var asker, out var reason) || !OfflineCheck.TryServers(settings, out var servers, out reason))
        {
            return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason!, "the plane would not take it either", "obstat identity list      obstat mcp list"));
        }

        var files = PolicyFolder.Read(invocation.Option("--policies") is { } folder ? Path.GetFullPath(folder) : settings.Paths.Policies);
        var (decided, refusal) = new OfflineCheck(settings, files, servers).Decide(request, asker!, DateTimeOffset.UtcNow);
        var law = decided?.Snapshot.Law;
        var code = decided is null ? refusal.Reason : decided.Decision.IsAllowed ? (DenyReason?)null : decided.Decision.Reason;
        var what = $"{request.Server}/{request.Name ?? request.Uri ?? request.Method}";
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("check",
                ("decision", JsonValue.Of(code is null ? "allow" : "deny")),
                ("reason", JsonValue.Of(code?.ToCode())),
                ("policies", JsonValue.Strings(decided?.Decision.Policies.Select(p => p.ToString()) ?? [])),
                ("errors", JsonValue.Array((decided?.Decision.Errors ?? []).Select(e => JsonValue.Object(("policy", JsonValue.Of(e.Policy.ToString())), ("code", JsonValue.Of(e.Code)))))),
                ("missing", JsonValue.Strings(decided?.Decision.Missing ?? [])),
                ("detail", JsonValue.Of(decided is null ? refusal.Detail : decided.Decision.Detail)),
                ("hint", JsonValue.Of(decided?.Hint)),
                ("listed", JsonValue.Of(decided?.Visible.IsEmpty == false)),
                ("findings", JsonValue.Strings(law?.Findings.Select(f => f.ToString()) ?? [])));
        }

        foreach (var finding in law?.Findings ?? [])
        {
            invocation.Terminal.Tell($"{(finding.Refuses ? "refused" : "warning")} {Shown.Of(finding.ToString(), 400)}");
        }

        if (code is not { } denied)
        {
            if (!invocation.IsJson)
            {
                invocation.Terminal.Write($"allowed: {what} for {asker!.Subject}, by {string.Join(", ", decided!.Decision.Policies)}");
            }

            return ExitCode.Done;
        }

        return invocation.Terminal.Fail(
            denied is DenyReason.PolicyInvalid or DenyReason.PolicyMissing ? ExitCode.PolicyInvalid : ExitCode.Denied,
            new ErrorText(denied.ToCode(), $"{what} is not permitted for {asker!.Subject}", Lines(decided, refusal), "denied"));
    }

    private static ImmutableArray<(string, string)> Lines(Decided? decided, Refusal refusal)
    {
        var lines = ImmutableArray.CreateBuilder<(string, string)>();
        var decision = decided?.Decision ?? default;
        lines.Add(("why", Shown.Of(decided is null ? refusal.Detail
            : !decision.Policies.IsEmpty ? $"by {string.Join(", ", decision.Policies)}"
            : !decision.Errors.IsEmpty ? string.Join(", ", decision.Errors.Select(e => $"{e.Policy}: {e.Code}"))
            : !decision.Missing.IsEmpty ? $"absent: {string.Join(", ", decision.Missing)}"
            : decision.Detail ?? ReasonTable.Entries.First(e => e.Reason == decision.Reason).Meaning, 400)));
        if (decided?.Hint is { Length: > 0 } hint)
        {
            lines.Add(("hint", Shown.Of(hint, 400)));
        }

        lines.Add(("more", $"obstat explain {(decided is null ? refusal.Reason : decision.Reason).ToCode()}"));
        return lines.DrainToImmutable();
    }

    private static bool TryAsker(InstallationSettings settings, string name, out EnrolledIdentity? asker, out string? reason)
    {
        (asker, reason) = (null, null);
        return !PolicyId.TryParse(name, out _) ? Refuse(out reason, $"\"{Shown.Of(name, 64)}\" is no name of an identity")
            : PrivateFile.TryRead(settings.Paths.Identity(name), 1 << 16, out var bytes, out reason)
                && (StrictJson.TryParse(bytes, out var value, out _) && EnrolledIdentity.TryRead(value, out asker, out _) || Refuse(out reason, $"{settings.Paths.Identity(name)} is no enrolled identity"));
    }

    private static bool Refuse(out string? reason, string text)
    {
        reason = text;
        return false;
    }
}
