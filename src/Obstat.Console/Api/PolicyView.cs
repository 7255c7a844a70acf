namespace Obstat.Console.Api;

/// <summary>A policy.</summary>
/// <param name="Id">Its <c>@id</c>.</param>
/// <param name="Effect"><c>permit</c> or <c>forbid</c>.</param>
/// <param name="Title">Its <c>@title</c>.</param>
/// <param name="Owner">Its <c>@owner</c>.</param>
/// <param name="Message">What agents are told: its <c>@agent_message</c>.</param>
/// <param name="Expires">Its <c>@expires</c>.</param>
/// <param name="File">The file it stands in.</param>
/// <param name="Line">Its line there.</param>
/// <param name="Text">Its text, without annotations' places.</param>
/// <param name="Allows">Allows that it determined in 30 days.</param>
/// <param name="Denials">Denials that it determined in 30 days.</param>
public sealed record PolicyView(string Id, string Effect, string? Title, string? Owner, string? Message, string? Expires, string File, int Line, string Text, long Allows, long Denials);
