using System.Globalization;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat explain</c>.</summary>
internal static class ExplainCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "explain",
        About = "what a reason code means and what to do, or why an entry of the ledger was decided so",
        Examples = ["obstat explain NotPermitted", "obstat explain 4711"],
        Arguments = [new("CODE|ENTRY", "a reason code, or the index of an entry")],
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        var asked = invocation["CODE|ENTRY"];
        if (long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var entry))
        {
            return await DecisionsCommand.ShowAsync(invocation, entry, cancellation).ConfigureAwait(false);
        }

        if (!ReasonCodes.TryParse(asked, out var reason))
        {
            var codes = ReasonTable.Entries.Select(e => e.Code).ToArray();
            return invocation.Misused($"\"{Shown.Of(asked, 64)}\" is no reason code and no index", "a code is written exactly",
                $"{(Spelling.Nearest(asked, codes) is { } near ? $"did you mean \"{near}\"?  " : "")}codes: {string.Join(", ", codes)}");
        }

        var row = ReasonTable.Entries.First(e => e.Reason == reason);
        if (invocation.IsJson)
        {
            invocation.Terminal.Write("explain",
                ("code", JsonValue.Of(row.Code)),
                ("meaning", JsonValue.Of(row.Meaning)),
                ("causes", JsonValue.Strings(row.Causes)),
                ("agent", JsonValue.Of(row.Agent)),
                ("operator", JsonValue.Of(row.Operator)),
                ("auditor", JsonValue.Of(row.Auditor)),
                ("retry", JsonValue.Of(row.Retry.ToWord())),
                ("httpStatus", JsonValue.Of(row.HttpStatus)));
            return ExitCode.Done;
        }

        invocation.Terminal.Write($"""
            {row.Code}: {row.Meaning}
              causes    {string.Join("\n            ", row.Causes)}
              agent     {row.Agent}
              operator  {row.Operator}
              auditor   {row.Auditor}
              retry     {row.Retry.ToWord()}

            """);
        return ExitCode.Done;
    }
}
