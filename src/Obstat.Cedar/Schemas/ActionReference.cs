namespace Obstat.Cedar.Schemas;

/// <summary>An action group as written.</summary>
/// <param name="Type">The action type, if it is written.</param>
/// <param name="Id">The id.</param>
public sealed record ActionReference(string? Type, string Id);
