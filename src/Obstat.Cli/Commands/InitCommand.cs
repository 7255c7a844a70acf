using Obstat.Cli.CommandLine;
using Obstat.Cli.Installing;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat init</c>.</summary>
internal static class InitCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "init",
        About = "make the files of an installation here: configuration, first policies, keys, one local identity",
        Examples = ["obstat init", "obstat init --template payments", "obstat init --dir guarded"],
        Options =
        [
            new("--template", string.Join('|', Template.Names), "the first policies (default: read-only)"),
            new("--dir", "FOLDER", "where (default: here)"),
            new("--port", "PORT", "where clients that speak HTTP connect, on this machine (default: 7073)"),
        ],
        More = "Templates:\n" + string.Join('\n', Template.Names.Select(n => $"  {n,-11}{Template.All[n].About}"))
            + "\nNothing is overwritten. Keys are made with mode 0600; whoever reads .obstat/keys/root.pem can permit anything.",
        RunAsync = static (invocation, _) => Task.FromResult(Run(invocation)),
    };

    private static int Run(Invocation invocation)
    {
        var name = invocation.Option("--template") ?? "read-only";
        if (!Template.All.TryGetValue(name, out var template))
        {
            return invocation.Misused($"unknown template \"{Shown.Of(name, 64)}\"", "there is no policy set of that name",
                $"{(Spelling.Nearest(name, Template.Names) is { } near ? $"did you mean \"{near}\"?  " : "")}templates: {string.Join(", ", Template.Names)}");
        }

        int? port = null;
        if (invocation.Option("--port") is { } text)
        {
            if (!int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
            {
                return invocation.Misused($"--port is \"{Shown.Of(text, 64)}\", expected a number from 1 to 65535", "nothing could listen there", "obstat init --port 7173");
            }

            port = number;
        }

        var folder = Path.GetFullPath(invocation.Option("--dir") ?? ".");
        var conflicts = Installation.Conflicts(folder, template);
        if (!conflicts.IsEmpty)
        {
            return invocation.Misused($"already here: {string.Join(", ", conflicts)}", "nothing is overwritten, least of all keys", "move them away, or choose another folder: obstat init --dir FOLDER");
        }

        InstallationSettings settings;
        try
        {
            settings = Installation.Make(folder, template, port);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "the installation is not whole", "remove what was made, free the place, and run obstat init again"));
        }

        var key = KeyFiles.TryReadHead(settings, out var head, out var reason) ? head.ToString() : throw new InvalidOperationException(reason);
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("init",
                ("folder", JsonValue.Of(folder)),
                ("template", JsonValue.Of(name)),
                ("files", JsonValue.Strings(Installation.Files(template).Select(f => f.Path))),
                ("logKey", JsonValue.Of(key)));
            return ExitCode.Done;
        }

        invocation.Terminal.Write($"""
            made     {string.Join(", ", Installation.Files(template).Select(f => f.Path))}
            keys     {Path.GetRelativePath(folder, settings.Paths.Keys)} (0600; keep root.pem and head.key: without them nothing starts)
            ledger   {key}
                     give this key to whoever shall verify: it is their trust root
            next     obstat mcp add NAME -- COMMAND ARGS..
                     obstat up
                     obstat mcp wrap NAME        (what your agent's host starts)

            """);
        return ExitCode.Done;
    }
}
