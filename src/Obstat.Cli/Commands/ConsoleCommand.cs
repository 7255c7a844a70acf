using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat console link</c>.</summary>
internal static class ConsoleCommand
{
    public static Verb Link { get; } = new()
    {
        Path = "console link",
        About = "make a one-time link into the console of the running plane",
        Examples = ["obstat console link", "obstat console link --role auditor"],
        Options = [new("--role", "ROLE", "viewer: reads; auditor: also what requests contain, and evidence; operator: also stops; owner: all (default: owner)")],
        More = "Whoever opens the link first has the session: at most 8 hours, 30 minutes without a question. The link ends after five minutes. There is no password.",
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var role = invocation.Option("--role") ?? "owner";
        if (!ConsoleLinkRequest.Roles.Contains(role))
        {
            return invocation.Misused($"--role \"{Shown.Of(role, 32)}\" is no role", "a session has one of four roles", $"--role {string.Join('|', ConsoleLinkRequest.Roles)}");
        }

        var (link, code) = await Plane.AskAsync<ConsoleLinkRequest, ConsoleLinkAnswer>(invocation, AdminRoutes.ConsoleLink, new ConsoleLinkRequest(role), cancellation).ConfigureAwait(false);
        if (link is null)
        {
            return code;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("console-link", ("url", JsonValue.Of(link.Url)), ("role", JsonValue.Of(role)), ("exp", JsonValue.Of(link.Expires)));
        }
        else
        {
            invocation.Terminal.Write(link.Url);
            invocation.Terminal.Tell(string.Create(CultureInfo.InvariantCulture, $"note    once, as {role}, until {DateTimeOffset.FromUnixTimeSeconds(link.Expires):HH:mm:ss} UTC"));
        }

        return 0;
    }
}
