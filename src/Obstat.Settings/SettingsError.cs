namespace Obstat.Settings;

/// <summary>Why a configuration file is refused: where, what, why and one fix, as people are told (one error per file, the first).</summary>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">Line from 1; 0 where the whole file is meant.</param>
/// <param name="Column">Column from 1 in Unicode characters; 0 where the whole file is meant.</param>
/// <param name="What">What was found, with the path of the member. Values are cut at 200 characters, secrets never stand in it.</param>
/// <param name="Why">Why that is refused.</param>
/// <param name="Fix">What to do.</param>
public sealed record SettingsError(string File, int Line, int Column, string What, string Why, string Fix)
{
    /// <summary><c>file:line:column</c>, or the file alone.</summary>
    public string Where => Line == 0 ? File : FormattableString.Invariant($"{File}:{Line}:{Column}");

    /// <summary>The error text: one headline, <c>why</c>, <c>fix</c>; no line feed at the end.</summary>
    public override string ToString() => $"error[config]: {Where}: {What}\n  why     {Why}\n  fix     {Fix}";
}
