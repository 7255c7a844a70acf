namespace Obstat.Console.Api;

/// <summary>A halt in force.</summary>
/// <param name="Id">What a lift names.</param>
/// <param name="Scope">What is halted, as it is written: <c>all</c>, <c>principal Agent::..</c></param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who gave it.</param>
/// <param name="Since">When.</param>
/// <param name="IsDurable">Whether the ledger has it.</param>
public sealed record HaltView(string Id, string Scope, string Reason, string By, DateTimeOffset Since, bool IsDurable);
