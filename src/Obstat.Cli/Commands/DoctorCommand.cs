using System.Collections.Immutable;
using System.Net.Sockets;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Hosts;
using Obstat.Cli.Installing;
using Obstat.Cli.Output;
using Obstat.Cli.Pinning;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat doctor</c>.</summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Verb Verb { get; } = new()
    {
        Path = "doctor",
        About = "what is proved, what is only configured, and every way round the gate that is found",
        Examples = ["obstat doctor", "obstat doctor --output json"],
        More = "Run it in the folder where the agent works: the files of its host are looked at there and in your home folder. Exit code 15: something is open; each line has its fix.",
        RunAsync = RunAsync,
    };

    /// <summary>Looks at the installation itself.</summary>
    public static async Task<ImmutableArray<Finding>> InstallationAsync(InstallationSettings settings, CancellationToken cancellation)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        findings.Add(new(FindingState.Proved, "configuration", $"{settings.File} is read as the processes read it"));
        var reason = "";
        var keys = KeyFiles.TryRead(settings.Paths.RootKey, KeyRole.Root, out _, out reason) && KeyFiles.TryReadHead(settings, out _, out reason) && KeyFiles.TryRead(settings.Paths.LocalKey, KeyRole.Identity, out _, out reason);
        findings.Add(keys ? new(FindingState.Configured, "keys", "private to this user; an agent that runs as this user can read them", "run the agent, or the plane, as another user")
            : new(FindingState.Open, "keys", reason ?? "a key cannot be read", "obstat init makes them; chmod 600 keeps them"));
        foreach (var name in settings.Gateway.Servers.Keys)
        {
            if (PackageStore.Complaint(settings.Gateway.Servers[name]) is { } changed)
            {
                findings.Add(new(FindingState.Open, $"package of {name}", changed, $"obstat mcp remove {name}, then add it again"));
            }

            findings.Add(!PinFile.TryRead(settings, name, out var pin, out reason) ? new(FindingState.Open, $"pins of {name}", reason!, $"look into it; then remove {settings.Paths.Pin(name)} and: obstat mcp repin {name}")
                : pin is null ? new(FindingState.Configured, $"pins of {name}", "no tool is approved, so every call is refused", $"obstat mcp repin {name}")
                : new(FindingState.Proved, $"pins of {name}", FormattableString.Invariant($"{pin.Tools.Length} tools, signed by the operator key")));
        }

        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var status = (await client.AskAsync<AdminRequest, StatusAnswer>(AdminRoutes.Status, new AdminRequest(), cancellation).ConfigureAwait(false)).Value;
        findings.Add(status is null ? new(FindingState.Configured, "control plane", "away, so everything is refused; nothing can be proved", "obstat up")
            : status.Refusing is { } code ? new(FindingState.Configured, "control plane", $"refuses everything: {code.ToCode()}", $"obstat explain {code.ToCode()}")
            : new(FindingState.Proved, "control plane", FormattableString.Invariant($"serves, {status.Policies} policies in force, {status.Entries} entries")));
        findings.Add(Answers(settings.Listen.Local) ? new(FindingState.Proved, "gateway", $"answers at {settings.Listen.Local}") : new(FindingState.Configured, "gateway", "away, so nothing is forwarded", "obstat up"));
        return findings.DrainToImmutable();
    }

    /// <summary>Whether somebody listens at a socket.</summary>
    public static bool Answers(UnixAddress address)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(address.Path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Shows findings, the worst first.</summary>
    public static void Show(Invocation invocation, ImmutableArray<Finding> findings)
    {
        foreach (var finding in findings.OrderBy(f => f.State))
        {
            invocation.Terminal.Write($"{Word(finding.State),-11}{finding.What}: {Shown.Of(finding.Detail, 400)}{(finding.Fix.Length == 0 ? "" : $"\n           fix  {Shown.Of(finding.Fix, 400)}")}");
        }
    }

    /// <summary>Findings as data.</summary>
    public static JsonValue ToJson(ImmutableArray<Finding> findings) => JsonValue.Array(findings.Select(f => JsonValue.Object(
        ("state", JsonValue.Of(Word(f.State))), ("what", JsonValue.Of(f.What)), ("detail", JsonValue.Of(f.Detail)), ("fix", JsonValue.Of(f.Fix.Length == 0 ? null : f.Fix)))));

    /// <summary>The exit code, with the last word.</summary>
    public static int CodeOf(Invocation invocation, ImmutableArray<Finding> findings)
    {
        var open = findings.Count(f => f.State == FindingState.Open);
        return open == 0 ? ExitCode.Done : invocation.Terminal.Fail(ExitCode.Open, ErrorText.Of(
            "open", $"{open} way{(open == 1 ? "" : "s")} round the gate", "whoever goes round it is neither decided nor recorded", "each line above that begins with \"open\" names its own"));
    }

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var survey = new Survey(settings, Directory.GetCurrentDirectory());
        var findings = (await InstallationAsync(settings, cancellation).ConfigureAwait(false)).ToBuilder();
        findings.AddRange(await survey.DirectAsync(cancellation).ConfigureAwait(false));
        foreach (var host in HostFacts.All.Where(h => IsHere(h)))
        {
            findings.AddRange(await survey.OfAsync(host, cancellation).ConfigureAwait(false));
        }

        var all = findings.DrainToImmutable();
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("doctor", ("closed", JsonValue.Of(all.All(f => f.State != FindingState.Open))), ("findings", ToJson(all)));
        }
        else
        {
            Show(invocation, all);
        }

        return CodeOf(invocation, all);
    }

    /// <summary>Whether a host has any file here.</summary>
    public static bool IsHere(HostFacts host) => host.Servers.Any(s => File.Exists(HostFile.PathOf(Directory.GetCurrentDirectory(), s.File)));

    private static string Word(FindingState state) => state switch { FindingState.Proved => "proved", FindingState.Configured => "configured", _ => "open" };
}
