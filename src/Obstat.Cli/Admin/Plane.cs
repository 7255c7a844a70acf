using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Admin;

/// <summary>One request of a verb to the plane of its installation, with every failure told.</summary>
internal static class Plane
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks; null with the exit code where there is no answer.</summary>
    public static async Task<(TAnswer? Answer, int Code)> AskAsync<TRequest, TAnswer>(Invocation invocation, string route, TRequest request, CancellationToken cancellation)
        where TRequest : class, IPlaneMessage<TRequest>
        where TAnswer : class, IPlaneMessage<TAnswer>
    {
        if (!invocation.TrySettings(out var settings))
        {
            return (null, ExitCode.Usage);
        }

        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var answer = await client.AskAsync<TRequest, TAnswer>(route, request, cancellation).ConfigureAwait(false);
        return (answer.Value, answer.Value is null ? Told(invocation.Terminal, settings, answer) : ExitCode.Done);
    }

    /// <summary>Tells why there is no answer and gives the exit code.</summary>
    public static int Told<T>(Terminal terminal, InstallationSettings settings, AdminAnswer<T> answer)
        where T : class
        => answer.Refusal is { } refusal
            ? terminal.Fail(
                refusal.Reason switch
                {
                    DenyReason.Malformed or DenyReason.UnknownAction => ExitCode.Usage,
                    DenyReason.PlaneUnavailable or DenyReason.LedgerUnavailable => ExitCode.PlaneAway,
                    _ => ExitCode.Failed,
                },
                new ErrorText(refusal.Reason.ToCode(), Shown.Of(refusal.Detail), [("more", $"obstat explain {refusal.Reason.ToCode()}")]))
            : terminal.Fail(ExitCode.PlaneAway, new ErrorText(
                DenyReason.PlaneUnavailable.ToCode(),
                $"no control plane at {settings.Listen.Admin} ({answer.Away})",
                [
                    ("effect", $"enforcement points refuse every new execution; what was permitted ends with its permit (at most {Shown.Of(settings.Limits.Permit)})"),
                    ("fix", "obstat up"),
                ]));
}
