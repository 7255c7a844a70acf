namespace Obstat.Samples.Payments;

/// <summary>The command line: <c>[--journal FILE] [--tools FILE] [--journal-requests] [--http URL [--stateless]]</c>.</summary>
/// <param name="Journal">Journal file: <c>--journal</c>, else the variable <c>PAYMENTS_JOURNAL</c>, else <c>payments.jsonl</c> in the current folder.</param>
/// <param name="Tools">Definitions: <c>--tools</c>, else the variable <c>PAYMENTS_TOOLS</c>, else <c>tools.json</c> beside the executable.</param>
/// <param name="Http">Where to listen, such as <c>http://127.0.0.1:0/mcp</c> (port 0: any free one). Null: stdio.</param>
/// <param name="JournalRequests">Whether what is received is journaled too.</param>
/// <param name="Stateless">HTTP without sessions.</param>
public sealed record Arguments(string Journal, string Tools, Uri? Http, bool JournalRequests, bool Stateless)
{
    /// <summary>Reads the command line; null with the reason when it holds something unknown.</summary>
    public static Arguments? Parse(string[] args, out string fault)
    {
        var journal = Environment.GetEnvironmentVariable("PAYMENTS_JOURNAL") ?? "payments.jsonl";
        var tools = Environment.GetEnvironmentVariable("PAYMENTS_TOOLS") ?? Path.Combine(AppContext.BaseDirectory, "tools.json");
        Uri? http = null;
        var requests = false;
        var stateless = false;
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--journal" when value is not null:
                    (journal, i) = (value, i + 1);
                    break;
                case "--tools" when value is not null:
                    (tools, i) = (value, i + 1);
                    break;
                case "--http" when Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp:
                    (http, i) = (url, i + 1);
                    break;
                case "--journal-requests":
                    requests = true;
                    break;
                case "--stateless":
                    stateless = true;
                    break;
                default:
                    fault = $"unknown or incomplete: {args[i]}";
                    return null;
            }
        }

        fault = "";
        return new(journal, tools, http, requests, stateless);
    }
}
