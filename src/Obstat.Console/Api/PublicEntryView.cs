namespace Obstat.Console.Api;

/// <summary>What everybody may know of an entry.</summary>
/// <param name="Entry">Its index.</param>
/// <param name="Type">Its statement type; <c>unreadable</c> where the file does not hold what was signed.</param>
/// <param name="Time">When, to the minute; null where it is unreadable.</param>
/// <param name="Verdict"><c>allow</c> or <c>deny</c>; null where it is no decision.</param>
/// <param name="Reason">Reason code of a denial.</param>
/// <param name="Action">Kind of the action, as <c>mcp.tools/call</c>; null where it is no decision.</param>
/// <param name="Tool"><c>server/tool</c>, where <c>public.tools</c> names it; null for every other.</param>
/// <param name="Proof">Whether it is under the signed head.</param>
public sealed record PublicEntryView(long Entry, string Type, DateTimeOffset? Time, string? Verdict, string? Reason, string? Action, string? Tool, ProofState Proof);
