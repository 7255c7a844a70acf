using System.Collections.Immutable;
using System.Text;

namespace Obstat.Cli.Output;

/// <summary>
/// What went wrong, why, one fix: never a stack trace, never a secret. Written to standard error as
/// <c>error[Kind]: what</c> and indented lines.
/// </summary>
/// <param name="Kind"><c>usage</c>, <c>config</c>, or a reason code.</param>
/// <param name="What">One line.</param>
/// <param name="Lines">Label and text, as in <c>why</c>, <c>effect</c>, <c>fix</c>; the last one is the fix or where to read more.</param>
/// <param name="Word"><c>error</c>, or <c>denied</c> for a decision.</param>
internal sealed record ErrorText(string Kind, string What, ImmutableArray<(string Label, string Text)> Lines, string Word = "error")
{
    /// <summary>With one fix.</summary>
    public static ErrorText Of(string kind, string what, string why, string fix) => new(kind, what, [("why", why), ("fix", fix)]);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder($"{Word}[{Kind}]: {Shown.Of(What)}");
        foreach (var (label, line) in Lines)
        {
            _ = text.Append('\n').Append("  ").Append(label.PadRight(8)).Append(line.ReplaceLineEndings("\n          "));
        }

        return text.ToString();
    }
}
