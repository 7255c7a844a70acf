namespace Obstat.Console.Api;

/// <summary>A tool as an operator approved it.</summary>
/// <param name="Name">Its name at the server.</param>
/// <param name="Key">The key by which decisions are filtered.</param>
/// <param name="Hash">Digest of server and definition, hex: what a listing must still give.</param>
/// <param name="Class">The operator's class; null where none is given.</param>
/// <param name="Description">What the server says of it; null where it says nothing. Text of others.</param>
/// <param name="Definition">The definition as pinned, canonical JSON.</param>
/// <param name="Calls">Decisions about it.</param>
/// <param name="Refused">How many of them refused.</param>
/// <param name="Broken">The newest refusal because its definition was not the pinned one; null where there was none.</param>
public sealed record ToolView(string Name, string Key, string Hash, string? Class, string? Description, string Definition, long Calls, long Refused, long? Broken);
