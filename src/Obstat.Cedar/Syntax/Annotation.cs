namespace Obstat.Cedar.Syntax;

/// <summary>One <c>@name("value")</c> of a policy; the value is empty if none is written.</summary>
/// <param name="Name">Any identifier, also a reserved word.</param>
/// <param name="Value">Any string.</param>
/// <param name="Span">Where it stands.</param>
public sealed record Annotation(string Name, string Value, Span Span);
