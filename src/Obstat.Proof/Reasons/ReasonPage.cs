using System.Text;

namespace Obstat.Proof.Reasons;

/// <summary>The page of one reason code: the text of <c>docs/reasons/{Code}.md</c>, of <c>obstat explain {Code}</c> and of the console.</summary>
public static class ReasonPage
{
    /// <summary>The page in Markdown; lines end in LF.</summary>
    public static string Write(ReasonEntry entry)
    {
        var text = new StringBuilder(1024);
        _ = text.Append("# ").Append(entry.Code).Append("\n\n")
            .Append(entry.Meaning).Append(" Nothing was executed.\n\n")
            .Append("## Causes\n");
        foreach (var cause in entry.Causes)
        {
            _ = text.Append("- ").Append(cause).Append('\n');
        }

        return text.Append("\n## What to do\n")
            .Append("| who | does |\n|---|---|\n")
            .Append("| agent | ").Append(entry.Agent).Append(" |\n")
            .Append("| operator | ").Append(entry.Operator).Append(" |\n")
            .Append("| auditor | ").Append(entry.Auditor).Append(" |\n\n")
            .Append("Retry: `").Append(entry.Retry.ToWord()).Append("`, ").Append(Explain(entry.Retry)).Append(" HTTP status: ")
            .Append(entry.HttpStatus.ToString(System.Globalization.CultureInfo.InvariantCulture)).Append(".\n\n")
            .Append(entry.TestedBy.IsEmpty ? "No part of this version gives this code; its feature comes later." : $"Tested by {string.Join(", ", entry.TestedBy.Select(t => $"`{t}`"))}.").Append('\n')
            .ToString();
    }

    private static string Explain(Retry retry) => retry switch
    {
        Retry.After => "the same request may be permitted later.",
        Retry.Changed => "a changed request may be permitted, the same one will not.",
        _ => "neither the same nor a changed request helps.",
    };
}
