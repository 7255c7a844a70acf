using System.Collections.Immutable;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Cli.Pinning;
using Obstat.Core.Decisions;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Pins;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat mcp add</c> and <c>obstat mcp repin</c>.</summary>
internal static class McpAddCommand
{
    private static readonly ImmutableArray<Option> Choices =
    [
        new("--approve", "all|TOOL,..", "the tools to pin; without it you are asked"),
        new("--class", "TOOL=CLASS[:FACET=/pointer,..]", $"what a tool does: {string.Join(", ", ToolClass.Names)}; may be repeated", Repeats: true),
    ];

    public static Verb Add { get; } = new()
    {
        Path = "mcp add",
        About = "register a tool server: look at its tools, approve and pin them, say what they do",
        Examples =
        [
            "obstat mcp add files -- npx -y @modelcontextprotocol/server-filesystem .",
            "obstat mcp add files -- node server-filesystem/dist/index.js .",
            "obstat mcp add files --approve all --class read_file=read -- ./files-server",
            "obstat mcp add payments --approve all --class transfer=pay:amount=/amount,currency=/currency,payee=/to -- ./payments",
            "obstat mcp add github --url https://tools.example/mcp",
        ],
        Arguments = [new("NAME", "1 to 32 of a-z 0-9 - _")],
        Options = [new("--url", "URL", "a Streamable HTTP server, instead of a command"), .. Choices],
        Rest = "COMMAND ARGS..",
        More = "Nothing is trusted on first use: a tool that you do not approve is hidden and refused, and so is one whose definition changes later (mcp repin).\n"
            + "What a server says of its own tools is shown and decides nothing; classes are your word.\n"
            + "npx and its like are resolved once: version and integrity, all files into .obstat/packages under their digest; that copy is started, and a changed byte of it is refused.",
        RunAsync = AddAsync,
    };

    public static Verb Repin { get; } = new()
    {
        Path = "mcp repin",
        About = "look at a registered server's tools again and approve what changed",
        Examples = ["obstat mcp repin files", "obstat mcp repin files --approve all"],
        Arguments = [new("NAME", "a registered server")],
        Options = Choices,
        RunAsync = RepinAsync,
    };

    private static async Task<int> AddAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var (name, url) = (invocation["NAME"], invocation.Option("--url"));
        if (url is null == invocation.Rest.IsEmpty)
        {
            return invocation.Misused(url is null ? "neither --url nor a command after --" : "both --url and a command after --", "a server is a program or a URL",
                $"obstat mcp add {Shown.Of(name, 32)} -- COMMAND ARGS..      or: --url URL");
        }

        if (settings.Gateway.Servers.ContainsKey(name))
        {
            return invocation.Misused($"{name} is registered already", "a registration is not replaced", $"obstat mcp repin {name}      or: obstat mcp remove {name}");
        }

        var words = invocation.Rest;
        if (url is null && Floating.Reason(words) is { } runner)
        {
            const string Why = "what a floating command starts would be what a registry gives that day: it cannot be pinned";
            var fix = Floating.Fix(runner);
            if (!PackageSpec.TryRead(words, out var spec, out var unread))
            {
                return invocation.Misused($"{runner} fetches a program by name at each start, and cannot be resolved here: {Shown.Of(unread, 200)}", Why, fix);
            }

            invocation.Terminal.Tell($"resolve {Shown.Of(spec.Package, 128)}: npm installs it once, into a store of this installation, and runs none of its scripts");
            string told;
            string? unresolved;
            try
            {
                (words, told, unresolved) = await PackageResolver.ResolveAsync(settings, spec, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                (told, unresolved) = ("", e.Message);
            }

            if (unresolved is not null)
            {
                return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("package", Shown.Of(unresolved, 400), Why, fix));
            }

            invocation.Terminal.Tell($"stored  {Shown.Of(told, 400)}");
        }

        var upstream = url is not null ? JsonValue.Object(("url", JsonValue.Of(url)))
            : JsonValue.Object([("command", JsonValue.Of(Command(settings, words[0]))), .. words.Length > 1 ? [("args", JsonValue.Strings(words[1..]))] : Array.Empty<(string, JsonValue)>()]);
        if (!Registration.TryAdd(settings, name, upstream, out var text, out var changed, out var error))
        {
            invocation.Terminal.Tell(error.ToString());
            return ExitCode.Usage;
        }

        return await ApproveAsync(invocation, changed, name, text, cancellation).ConfigureAwait(false);
    }

    private static async Task<int> RepinAsync(Invocation invocation, CancellationToken cancellation)
        => !invocation.TrySettings(out var settings) ? ExitCode.Usage
            : !settings.Gateway.Servers.ContainsKey(invocation["NAME"]) ? McpListCommand.NoServer(invocation, settings)
            : await ApproveAsync(invocation, settings, invocation["NAME"], null, cancellation).ConfigureAwait(false);

    private static async Task<int> ApproveAsync(Invocation invocation, InstallationSettings settings, string name, string? text, CancellationToken cancellation)
    {
        var terminal = invocation.Terminal;
        if (!TryClasses(invocation, out var classes, out var misused))
        {
            return misused;
        }

        if (!PinFile.TryRead(settings, name, out var before, out var reason))
        {
            return terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason, "the pins of before do not verify", $"look into it; then remove {settings.Paths.Pin(name)} and pin again"));
        }

        var upstream = settings.Gateway.Servers[name];
        if (PackageStore.Complaint(upstream) is { } changed)
        {
            return terminal.Fail(ExitCode.Failed, ErrorText.Of("package", $"{name}: {changed}", "it is not started: what would run is not what was resolved", $"obstat mcp remove {name}, then add it again"));
        }

        var (listing, failure) = await Listing.ReadAsync(upstream, cancellation).ConfigureAwait(false);
        if (listing is null)
        {
            return terminal.Fail(ExitCode.Failed, ErrorText.Of("mcp", $"{name}: {failure}", "without its list there is nothing to approve",
                upstream.Url is null ? "start it by hand and see what it says" : $"start the server that listens at {upstream.Url.GetLeftPart(UriPartial.Authority)}, or correct --url"));
        }

        var identity = upstream.Identity;
        terminal.Tell(listing.ToTable(before, identity).ToText(null));
        foreach (var line in before is null ? [] : ToolDifference.Of(before, identity, listing))
        {
            terminal.Tell(line);
        }

        var approve = invocation.Option("--approve") ?? terminal.Ask("Pin which tools? \"all\", names with commas, or nothing to stop: ");
        if (string.IsNullOrWhiteSpace(approve))
        {
            return invocation.Misused("no tool was approved, nothing is changed", "tools are pinned by your word alone", $"obstat {invocation.Verb.Path} {name} --approve all      or: --approve TOOL,..");
        }

        if (!listing.TryChoose(approve, out var chosen, out var unknown) || chosen.IsEmpty)
        {
            return invocation.Misused($"--approve: {name} has no tool \"{Shown.Of(unknown ?? "", 64)}\"", "only what is listed can be pinned", $"tools: {string.Join(", ", listing.Tools.Select(t => t["name"]!.AsString))}");
        }

        if (classes.FirstOrDefault(c => chosen.All(t => t["name"]!.AsString != c.Tool)) is { } stray)
        {
            return invocation.Misused($"--class: {Shown.Of(stray.Tool, 64)} is not among the approved tools", "the class would not apply", "approve it too");
        }

        if (!PinStatement.TryMake(identity, chosen, out var pin, out var refused))
        {
            return terminal.Fail(ExitCode.Failed, ErrorText.Of("mcp", $"{name}: {refused}", "a pin names each tool exactly", "ask the server's author"));
        }

        string? policies = null;
        if (classes.Length > 0 && !Registration.TryClassify(settings, name, classes, out policies, out reason))
        {
            return terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason, "the classes cannot be written into it", "correct the file"));
        }

        return await WriteAsync(invocation, settings, name, pin, chosen, classes, policies, text, cancellation).ConfigureAwait(false);
    }

    private static bool TryClasses(Invocation invocation, out ImmutableArray<ClassGiven> classes, out int misused)
    {
        var all = ImmutableArray.CreateBuilder<ClassGiven>();
        foreach (var word in invocation.Options.GetValueOrDefault("--class", []))
        {
            if (!ClassGiven.TryParse(word, out var given, out var wrong))
            {
                (classes, misused) = ([], invocation.Misused($"--class: {wrong}", "a class is what policies go by", $"obstat {invocation.Verb.Path} --help"));
                return false;
            }

            all.Add(given);
        }

        (classes, misused) = (all.ToImmutable(), 0);
        return true;
    }

    private static async Task<int> WriteAsync(
        Invocation invocation, InstallationSettings settings, string name, PinStatement pin, ImmutableArray<JsonValue> chosen, ImmutableArray<ClassGiven> classes, string? policies, string? text, CancellationToken cancellation)
    {
        var terminal = invocation.Terminal;
        try
        {
            if (!PinFile.TryWrite(settings, name, pin, out var reason))
            {
                return terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason, "pins are signed by the operator key", "obstat init      makes the keys"));
            }

            if (policies is not null)
            {
                Registration.Write(Registration.PolicySettingsPath(settings), policies);
            }

            var closed = ReadOnlyRest(settings, name, chosen, classes);
            if (text is not null)
            {
                Registration.Write(settings.File, text);
            }

            return await ToldAsync(invocation, settings, name, pin, closed, text is not null, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "the registration is not whole", $"free the place, then: obstat mcp remove {name}, and again"));
        }
    }

    // Under the template that permits reading alone, every other tool is forbidden by name with a message, so that an agent that asks for it learns what to do instead.
    private static string? ReadOnlyRest(InstallationSettings settings, string server, ImmutableArray<JsonValue> tools, IReadOnlyCollection<ClassGiven> classes)
    {
        var path = ClosedTools.PathOf(settings, server);
        var rest = tools.Select(t => t["name"]!.AsString!).Where(n => classes.All(c => c.Tool != n)).ToImmutableArray();
        if (rest.IsEmpty || File.Exists(path) || !File.Exists(Path.Combine(settings.Paths.Policies, "read-only.cedar")))
        {
            return null;
        }

        Registration.Write(path, ClosedTools.TextOf(server, rest));
        return path;
    }

    private static async Task<int> ToldAsync(Invocation invocation, InstallationSettings settings, string name, PinStatement pin, string? closed, bool isNew, CancellationToken cancellation)
    {
        // A plane that runs takes the new pins at once; one that does not takes them when it starts.
        ActivateAnswer? activated = null;
        using (var client = new AdminClient(settings.Listen.Admin, TimeSpan.FromSeconds(30)))
        {
            activated = (await client.AskAsync<AdminRequest, ActivateAnswer>(AdminRoutes.Activate, new AdminRequest(), cancellation).ConfigureAwait(false)).Value;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("mcp-add",
                ("server", JsonValue.Of(name)),
                ("pinned", JsonValue.Array(pin.Tools.Select(t => JsonValue.Object(("name", JsonValue.Of(t.Name)), ("hash", JsonValue.Of($"sha256:{t.Hash.ToHex()}")))))),
                ("activated", JsonValue.Of(activated is { Reason: null })));
        }
        else
        {
            invocation.Terminal.Write(FormattableString.Invariant($"pinned  {pin.Tools.Length} tools of {name}, signed by the operator key: {settings.Paths.Pin(name)}"));
        }

        if (closed is not null)
        {
            invocation.Terminal.Tell($"wrote   {closed}: the tools without a class are forbidden by name");
        }

        foreach (var line in PolicyCommand.Lines(activated?.Findings ?? [], ""))
        {
            invocation.Terminal.Tell(line);
        }

        invocation.Terminal.Tell(activated is null ? $"next    obstat up, then: obstat mcp wrap {name}" : isNew ? $"served  by the running plane and gateway from now on: obstat mcp wrap {name}" : "taken   the running plane has the new pins");
        return ExitCode.Done;
    }

    // A path of the caller's folder is one of the configuration's folder from now on; a bare name stays one that PATH finds.
    private static string Command(InstallationSettings settings, string word)
        => !word.Contains('/', StringComparison.Ordinal) || Path.IsPathRooted(word) ? word
            : Path.GetRelativePath(settings.Paths.Folder, Path.GetFullPath(word)) is var relative && relative.Contains('/', StringComparison.Ordinal) ? relative : "./" + relative;
}
