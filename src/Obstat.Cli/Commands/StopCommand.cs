using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Installing;
using Obstat.Cli.Output;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat halt</c>, <c>revoke</c>, <c>lift</c>, <c>rearm</c>, <c>halts</c>, <c>operator add</c>.</summary>
internal static class StopCommand
{
    private const string ScopeHelp = "all, execution, permit, principal, key, delegation, tool, credential, bundle, enforcement-point or tenant";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly ImmutableArray<Argument> ScopeArguments = [new("SCOPE", ScopeHelp), new("VALUE", "which one; none for all", IsRequired: false)];

    private static readonly Option Why = new("--reason", "TEXT", "why, for the ledger and for whoever asks later");

    private static readonly Option Key = new("--key", "FILE", "the operator key that signs (default: the one of this installation)");

    public static Verb Halt { get; } = new()
    {
        Path = "halt",
        About = "stop everything of a scope now, and let nothing of it start; needs no ledger",
        Examples = ["obstat halt all --reason incident", "obstat halt principal Agent::local:uid:1000 --reason stolen", "obstat halt tool payments --at .obstat/run/gateway.stop.sock --reason incident"],
        Arguments = ScopeArguments,
        Options = [Why, Key, new("--at", "SOCKET", "give it to an enforcement point itself, signed: when there is no plane")],
        More = "A tool is SERVER, SERVER/NAME or a tool hash. Without a plane the halt goes to the gateway of this installation by itself; the plane learns of it when it is back. Lifting takes two people: obstat lift.",
        RunAsync = HaltAsync,
    };

    public static Verb Revoke { get; } = new()
    {
        Path = "revoke",
        About = "revoke a scope for ever: running executions of it end, and nothing of it is permitted again",
        Examples = ["obstat revoke principal Agent::local:uid:1000 --reason stolen", "obstat revoke execution 2v4LQmD0m1yZpKcQ9m0x7A --reason runaway"],
        Arguments = ScopeArguments,
        Options = [Why],
        More = "Nothing un-revokes: a mistake is repaired by issuing something new. What may have to go on later is halted instead: obstat halt.",
        RunAsync = (invocation, cancellation) => StopAsync(invocation, AdminRoutes.Revoke, cancellation),
    };

    public static Verb Lift { get; } = new()
    {
        Path = "lift",
        About = "agree that a halt be lifted; it is lifted when two people have",
        Examples = ["obstat lift 2v4LQmD0m1yZpKcQ9m0x7A", "obstat lift 2v4LQmD0m1yZpKcQ9m0x7A --key second.pem"],
        Arguments = [new("ID", "the halt, as obstat halts shows it")],
        Options = [Key, Why],
        More = "Two operator keys are two people as far as the plane can tell: obstat operator add makes another. No ledger, no lift.",
        RunAsync = LiftAsync,
    };

    public static Verb Rearm { get; } = new()
    {
        Path = "rearm",
        About = "arm an enforcement point again that a failed probe or a drift had stopped",
        Examples = ["obstat rearm gateway --reason mended", "obstat rearm gateway --key beate.pem"],
        Arguments = [new("POINT", "the enforcement point, as obstat status shows it")],
        Options = [Key, Why],
        More = "It serves only after its probes passed anew: a point that is still open stops again. A halt that a person gave is lifted by two: obstat lift. No ledger, no rearm.",
        RunAsync = RearmAsync,
    };

    public static Verb Halts { get; } = new()
    {
        Path = "halts",
        About = "what is halted now",
        Examples = ["obstat halts", "obstat halts --output json"],
        RunAsync = HaltsAsync,
    };

    public static Verb Add { get; } = new()
    {
        Path = "operator add",
        About = "make a key for another operator; the plane takes it at its next start",
        Examples = ["obstat operator add beate --key beate.pem"],
        Arguments = [new("NAME", "1 to 64 of A-Z a-z 0-9 . _ -")],
        Options = [new("--key", "FILE", "where the private key goes; give it to that person and to nobody else")],
        RunAsync = AddAsync,
    };

    private static async Task<int> HaltAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Option("--at") is { } at)
        {
            return TryScope(invocation, out var scope) && invocation.TrySettings(out var own) ? HaltAt(invocation, own, scope, at) : ExitCode.Usage;
        }

        if (!TryScope(invocation, out var what) || !invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        using var client = new AdminClient(settings.Listen.Admin, Patience);
        var answer = await client.AskAsync<StopRequest, StopAnswer>(AdminRoutes.Halt, new StopRequest(what, Reason(invocation)), cancellation).ConfigureAwait(false);
        if (answer.Away is not null)
        {
            invocation.Terminal.Tell($"note    no control plane ({answer.Away}): the halt goes to the gateway itself");
            return HaltAt(invocation, settings, what, settings.Paths.StopSocket(settings.Gateway.Point).Path);
        }

        return answer.Value is { } stopped ? Told(invocation, "halted", what, stopped) : Plane.Told(invocation.Terminal, settings, answer);
    }

    private static int HaltAt(Invocation invocation, InstallationSettings settings, Scope scope, string socket)
    {
        if (!TryKey(invocation, settings, out var key))
        {
            return ExitCode.Usage;
        }

        var id = Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
        var order = new Order(0, OrderKind.Halt, scope, Reason(invocation), "operator:" + key.Kid, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), id);
        try
        {
            using var point = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
            point.Connect(new UnixDomainSocketEndPoint(socket));
            _ = point.Send(Encoding.ASCII.GetBytes(order.Sign(key) + "\n"));
            using var lines = new StreamReader(new NetworkStream(point), Encoding.ASCII);
            var said = StrictJson.TryParse(Encoding.UTF8.GetBytes(lines.ReadLine() ?? ""), out var json, out _) ? json : JsonValue.Null;
            if (said["acted"]?.AsBoolean != true)
            {
                return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("halt", $"{socket} refused: {Shown.Of(said["detail"]?.AsString ?? "no answer")}", "the point did not take the order", "sign with a key that it pinned (--key), or stop the process"));
            }

            Write(invocation, "halted", scope, id, null, said["leases"]?.AsInteger ?? 0, said["leases"]?.AsInteger ?? 0);
            return ExitCode.Done;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return invocation.Terminal.Fail(ExitCode.PlaneAway, ErrorText.Of("halt", $"nobody takes orders at {socket}: {e.Message}", "neither the plane nor this point answers: what runs ends with its lease", "stop the gateway's process; its leases and streams end with it"));
        }
    }

    private static async Task<int> StopAsync(Invocation invocation, string route, CancellationToken cancellation)
    {
        if (!TryScope(invocation, out var scope))
        {
            return ExitCode.Usage;
        }

        var (stopped, code) = await Plane.AskAsync<StopRequest, StopAnswer>(invocation, route, new StopRequest(scope, Reason(invocation)), cancellation).ConfigureAwait(false);
        return stopped is null ? code : Told(invocation, "revoked", scope, stopped);
    }

    private static async Task<int> LiftAsync(Invocation invocation, CancellationToken cancellation)
    {
        var (halts, code) = await Plane.AskAsync<AdminRequest, HaltsAnswer>(invocation, AdminRoutes.Halts, new AdminRequest(), cancellation).ConfigureAwait(false);
        if (halts is null || !invocation.TrySettings(out var settings))
        {
            return code;
        }

        var halt = halts.Halts.FirstOrDefault(h => h.Id == invocation["ID"]);
        if (halt is null)
        {
            return invocation.Misused($"no halt {Shown.Of(invocation["ID"], 64)} is in force", "a halt is lifted by its id", "obstat halts");
        }

        if (!TryKey(invocation, settings, out var key))
        {
            return ExitCode.Usage;
        }

        var order = new Order(0, OrderKind.Lift, halt.Scope, Reason(invocation), "operator:" + key.Kid, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), halt.Id);
        var (lifted, failed) = await Plane.AskAsync<LiftRequest, LiftAnswer>(invocation, AdminRoutes.Lift, new LiftRequest(order.Sign(key)), cancellation).ConfigureAwait(false);
        if (lifted is null)
        {
            return failed;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("lift", ("lifted", lifted.Entry is null ? JsonValue.False : JsonValue.True), ("entry", lifted.Entry is { } at ? JsonValue.Of(at) : JsonValue.Null), ("approvals", JsonValue.Strings(lifted.Approvals)));
        }
        else
        {
            invocation.Terminal.Write(lifted.Entry is { } entry
                ? FormattableString.Invariant($"lifted   {halt.Scope}, entry {entry}, by {lifted.Approvals.Length} people")
                : $"waiting  {halt.Scope} stays halted: {lifted.Approvals.Length.ToString(CultureInfo.InvariantCulture)} of 2 people agreed; the other has 10 minutes");
        }

        return ExitCode.Done;
    }

    private static async Task<int> RearmAsync(Invocation invocation, CancellationToken cancellation)
    {
        var (halts, code) = await Plane.AskAsync<AdminRequest, HaltsAnswer>(invocation, AdminRoutes.Halts, new AdminRequest(), cancellation).ConfigureAwait(false);
        if (halts is null || !invocation.TrySettings(out var settings))
        {
            return code;
        }

        var point = new Scope(ScopeKind.EnforcementPoint, invocation["POINT"]);
        var standing = halts.Halts.Where(h => h.Scope == point && h.IsOfPlane).ToArray();
        if (standing.Length == 0)
        {
            return invocation.Misused($"no failed probe and no drift stopped {Shown.Of(invocation["POINT"], 64)}", "only what stopped by itself is armed again by one person", "obstat status; obstat halts; obstat lift ID");
        }

        if (!TryKey(invocation, settings, out var key))
        {
            return ExitCode.Usage;
        }

        long? entry = null;
        foreach (var halt in standing)
        {
            var order = new Order(0, OrderKind.Rearm, halt.Scope, Reason(invocation), "operator:" + key.Kid, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), halt.Id);
            var (rearmed, failed) = await Plane.AskAsync<LiftRequest, LiftAnswer>(invocation, AdminRoutes.Rearm, new LiftRequest(order.Sign(key)), cancellation).ConfigureAwait(false);
            if (rearmed is null)
            {
                return failed;
            }

            entry = rearmed.Entry;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("rearm", ("point", JsonValue.Of(point.Value)), ("entry", entry is { } at ? JsonValue.Of(at) : JsonValue.Null));
        }
        else
        {
            invocation.Terminal.Write(FormattableString.Invariant($"ordered  {Shown.Of(point.Value, 64)} to prove itself anew, entry {entry}\nnext     obstat status shows whether its probes passed"));
        }

        return ExitCode.Done;
    }

    private static async Task<int> HaltsAsync(Invocation invocation, CancellationToken cancellation)
    {
        var (answer, code) = await Plane.AskAsync<AdminRequest, HaltsAnswer>(invocation, AdminRoutes.Halts, new AdminRequest(), cancellation).ConfigureAwait(false);
        if (answer is null)
        {
            return code;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("halts", ("halts", answer.ToJson()["halts"]!), ("leases", JsonValue.Of(answer.Leases)));
        }
        else
        {
            invocation.Terminal.Write(string.Join('\n', answer.Halts.Select(h => $"halted   {h.Scope}  {h.Id}  by {Shown.Of(h.By, 64)}: {Shown.Of(h.Reason, 120)}{(h.IsDurable ? "" : "  (not in the ledger yet)")}")
                .DefaultIfEmpty("nothing is halted").Append(FormattableString.Invariant($"{answer.Leases} executions run under a lease"))));
        }

        return ExitCode.Done;
    }

    private static Task<int> AddAsync(Invocation invocation, CancellationToken cancellation)
    {
        var name = invocation["NAME"];
        if (!invocation.TrySettings(out var settings))
        {
            return Task.FromResult(ExitCode.Usage);
        }

        if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') || name.StartsWith('.') || invocation.Option("--key") is not { } file)
        {
            return Task.FromResult(invocation.Misused("expected a name and --key FILE", "the private key belongs to that person alone", "obstat operator add beate --key beate.pem"));
        }

        var trust = Path.Combine(settings.Paths.Operators, name + ".json");
        if (File.Exists(trust) || File.Exists(file))
        {
            return Task.FromResult(invocation.Misused($"{(File.Exists(trust) ? trust : file)} is there already", "a key is never replaced", "choose another name or file"));
        }

        if (!PrivateFolder.Prepare(settings.Paths.Operators, out var reason))
        {
            return Task.FromResult(invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("operator", reason, "the public key has no place to stand", "mend the folder")));
        }

        var key = KeyFiles.Create(file, KeyRole.Operator);
        PrivateFile.Create(trust, key.Public.Jwk.ToCanonicalBytes());
        invocation.Terminal.Write($"added    {name}, key {key.Kid}; private half in {file}\nnext     restart the plane and the gateway, then: obstat lift ID --key {file}");
        return Task.FromResult(ExitCode.Done);
    }

    private static bool TryScope(Invocation invocation, out Scope scope)
    {
        var isScope = Scope.TryParse(invocation["SCOPE"], invocation.Argument("VALUE"), out var read);
        scope = read ?? default;
        if (!isScope)
        {
            _ = invocation.Misused($"\"{Shown.Of(invocation["SCOPE"], 64)}\" {(Scope.KindWords.Contains(invocation["SCOPE"]) ? "needs a value of 1 to 512 characters, and all has none" : "is no scope")}", "a scope is exact", ScopeHelp);
        }

        return isScope;
    }

    private static bool TryKey(Invocation invocation, InstallationSettings settings, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SigningKey? key)
    {
        var file = invocation.Option("--key") ?? settings.Paths.OperatorKey;
        if (!KeyFiles.TryRead(file, KeyRole.Operator, out key, out var reason))
        {
            _ = invocation.Misused(reason, "an order is signed by an operator's key", "--key FILE");
        }

        return key is not null;
    }

    private static string Reason(Invocation invocation) => invocation.Option("--reason") is { Length: > 0 and <= Order.TextMax } text ? text : "no reason given";

    private static int Told(Invocation invocation, string what, Scope scope, StopAnswer stopped)
    {
        Write(invocation, what, scope, stopped.Id, stopped.Entry, stopped.Ordered, stopped.Acknowledged);
        return ExitCode.Done;
    }

    private static void Write(Invocation invocation, string what, Scope scope, string id, long? entry, long ordered, long acknowledged)
    {
        if (invocation.IsJson)
        {
            invocation.Terminal.Write(what, ("acted", JsonValue.True), ("scope", scope.ToJson()), ("id", JsonValue.Of(id)), ("entry", entry is { } at ? JsonValue.Of(at) : JsonValue.Null), ("ordered", JsonValue.Of(ordered)), ("acknowledged", JsonValue.Of(acknowledged)));
            return;
        }

        var record = entry is { } index ? FormattableString.Invariant($"entry {index}") : "not in the ledger yet; it acts all the same";
        invocation.Terminal.Write($"{what,-8} {scope}, {record}\n  id        {id}\n" + FormattableString.Invariant($"  leases    {ordered} ordered to stop, {acknowledged} told that they have"));
    }
}
