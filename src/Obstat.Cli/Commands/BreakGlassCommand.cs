using System.Globalization;
using System.Security.Cryptography;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Installing;
using Obstat.Cli.Output;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat break-glass</c>.</summary>
internal static class BreakGlassCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "break-glass",
        About = "put permits in force for at most an hour, when two people say so",
        Examples =
        [
            "obstat break-glass restore.cedar --reason outage-7", "obstat break-glass restore.cedar --reason outage-7 --key second.pem",
            "obstat break-glass --end --reason restored",
        ],
        Arguments = [new("FILE", "the permits: each with @id(\"break-glass..\"), an @expires within the hour, named actions and one named server", IsRequired: false)],
        Options =
        [
            new("--reason", "TEXT", "why, for the ledger; both people say the same"),
            new("--key", "FILE", "the operator key that signs (default: the one of this installation)"),
            new("--end", null, "end it now; one person may"),
        ],
        More = "The second person has 10 minutes, and signs the same file and reason. No forbid is passed over, every decision by it names it, the ledger holds who agreed. No ledger, no break-glass; a start of the plane ends it.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var (file, ends) = (invocation.Argument("FILE"), invocation.Has("--end"));
        if (ends == file is not null || invocation.Option("--reason") is not { Length: > 0 and <= Order.TextMax } reason)
        {
            return invocation.Misused("expected FILE or --end, and --reason TEXT of 1 to 512 characters", "a break-glass says what and why", "obstat break-glass restore.cedar --reason outage-7");
        }

        string? policies = null;
        try
        {
            policies = file is null ? null : await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Misused(e.Message, "the permits are read from a file", "a file of permits");
        }

        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (!KeyFiles.TryRead(invocation.Option("--key") ?? settings.Paths.OperatorKey, KeyRole.Operator, out var key, out var unread))
        {
            return invocation.Misused(unread, "a break-glass is signed by an operator's key", "--key FILE");
        }

        var (status, code) = await Plane.AskAsync<AdminRequest, StatusAnswer>(invocation, AdminRoutes.Status, new AdminRequest(), cancellation).ConfigureAwait(false);
        if (status is null)
        {
            return code;
        }

        var command = new OperatorCommand(
            BreakGlassRequest.Verb, BreakGlassRequest.ArgumentsOf(policies, reason), status.Origin, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), Base64Url.Encode(RandomNumberGenerator.GetBytes(16)));
        var (answer, failed) = await Plane.AskAsync<BreakGlassRequest, BreakGlassAnswer>(invocation, AdminRoutes.BreakGlass, new BreakGlassRequest(policies, reason, command.Sign(key)), cancellation).ConfigureAwait(false);
        if (answer is null)
        {
            return failed;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("break-glass", ("entry", answer.Entry is { } at ? JsonValue.Of(at) : JsonValue.Null), ("approvals", JsonValue.Strings(answer.Approvals)), ("until", JsonValue.Of(answer.Until)));
        }
        else
        {
            invocation.Terminal.Write(answer.Entry is not { } entry
                ? $"waiting  {answer.Approvals.Length.ToString(CultureInfo.InvariantCulture)} of 2 people agreed; the other has 10 minutes, with the same file and reason"
                : answer.Until is { } until ? FormattableString.Invariant($"in force until {until}, entry {entry}, by {answer.Approvals.Length} people\n  next    obstat break-glass --end --reason TEXT") : FormattableString.Invariant($"ended    entry {entry}"));
        }

        return ExitCode.Done;
    }
}
