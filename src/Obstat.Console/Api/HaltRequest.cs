namespace Obstat.Console.Api;

/// <summary>Stops. It acts at once, whatever the ledger does.</summary>
/// <param name="Kind">A scope's kind: <c>execution principal tool enforcement-point all</c> ..</param>
/// <param name="Value">Its value; <c>all</c> for everything.</param>
/// <param name="Reason">Why, as a person writes it, 1 to 512 characters.</param>
public sealed record HaltRequest(string Kind, string Value, string Reason);
