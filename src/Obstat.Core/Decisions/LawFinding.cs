namespace Obstat.Core.Decisions;

/// <summary>One thing about a policy folder: why it does not load, or what its author should know.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">Line in the file, from 1; 0 where the finding is about the file or the set as a whole.</param>
/// <param name="Column">Column in the line, from 1; 0 where there is none.</param>
/// <param name="Code">A stable name, such as <c>MissingId</c>.</param>
/// <param name="Message">For people: what was expected and what came.</param>
/// <param name="Refuses">Whether it keeps the set from loading; else it is a warning.</param>
public sealed record LawFinding(string Path, int Line, int Column, string Code, string Message, bool Refuses)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}:{Line}:{Column}: {Code}: {Message}";
}
