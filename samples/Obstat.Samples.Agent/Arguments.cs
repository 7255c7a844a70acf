namespace Obstat.Samples.Agent;

/// <summary>The command line: <c>[--steps FILE] [--revision R] [--timeout S] (--http URL [--bearer-file F] | -- COMMAND ARGS..)</c>.</summary>
/// <param name="Steps">File of steps; null: standard input.</param>
/// <param name="Revision">MCP revision to speak, 2025-11-25 unless told; null (<c>--revision newest</c>): what the SDK and the server agree on.</param>
/// <param name="Http">Endpoint of Streamable HTTP; null: stdio.</param>
/// <param name="BearerFile">File with the bearer token, read at each connect; null: none is sent.</param>
/// <param name="Command">Command and its arguments for stdio.</param>
/// <param name="Timeout">How long one step may take, 1 s to 300 s, 60 s unless told.</param>
public sealed record Arguments(string? Steps, string? Revision, Uri? Http, string? BearerFile, IReadOnlyList<string> Command, TimeSpan Timeout)
{
    /// <summary>Reads the command line; null with the reason when it holds something unknown.</summary>
    public static Arguments? Parse(string[] args, out string fault)
    {
        string? steps = null, bearer = null, revision = "2025-11-25";
        Uri? http = null;
        var timeout = TimeSpan.FromSeconds(60);
        string[] command = [];
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--steps" when value is not null:
                    (steps, i) = (value, i + 1);
                    break;
                case "--revision" when value is not null:
                    (revision, i) = (value == "newest" ? null : value, i + 1);
                    break;
                case "--bearer-file" when value is not null:
                    (bearer, i) = (value, i + 1);
                    break;
                case "--http" when Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https":
                    (http, i) = (url, i + 1);
                    break;
                case "--timeout" when int.TryParse(value, out var seconds) && seconds is >= 1 and <= 300:
                    (timeout, i) = (TimeSpan.FromSeconds(seconds), i + 1);
                    break;
                case "--":
                    (command, i) = (args[(i + 1)..], args.Length);
                    break;
                default:
                    fault = $"unknown or incomplete: {args[i]}";
                    return null;
            }
        }

        fault = (http is null) == (command.Length == 0) ? "expected either --http URL or -- COMMAND ARGS" : "";
        return fault.Length == 0 ? new(steps, revision, http, bearer, command, timeout) : null;
    }
}
