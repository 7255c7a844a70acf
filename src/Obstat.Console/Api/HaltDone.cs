namespace Obstat.Console.Api;

/// <summary>What a halt did.</summary>
/// <param name="Id">What a lift names.</param>
/// <param name="Scope">What is halted.</param>
/// <param name="Entry">Its entry; null while the ledger does not take it: it acts all the same.</param>
/// <param name="Ordered">Leases that were ordered to stop.</param>
/// <param name="Acknowledged">How many points told that theirs stopped.</param>
public sealed record HaltDone(string Id, string Scope, long? Entry, long Ordered, long Acknowledged);
