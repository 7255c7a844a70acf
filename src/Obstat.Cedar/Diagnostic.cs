using System.Globalization;

namespace Obstat.Cedar;

/// <summary>One thing that is wrong with an input: what, where, and in words.</summary>
/// <param name="Code">The stable name of the complaint.</param>
/// <param name="Message">For people: expected and got. Not stable.</param>
/// <param name="Span">The place in the text that was read; <see langword="default"/> where the input was not text.</param>
/// <param name="Subject">The policy id, entity, action or JSON Pointer that the complaint is about, where there is one.</param>
public sealed record Diagnostic(DiagnosticCode Code, string Message, Span Span = default, string? Subject = null)
{
    /// <summary>The complaint on one line, with line and column in <paramref name="text"/>.</summary>
    public string Describe(string text)
    {
        var (line, column) = Span.Locate(text);
        var about = Subject is null ? "" : $" [{Subject}]";
        return string.Create(CultureInfo.InvariantCulture, $"{line}:{column} {Code}: {Message}{about}");
    }

    /// <inheritdoc/>
    public override string ToString() => Subject is null ? $"{Code}: {Message}" : $"{Code}: {Message} [{Subject}]";
}
