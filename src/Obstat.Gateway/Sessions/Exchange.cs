namespace Obstat.Gateway.Sessions;

/// <summary>How a message came.</summary>
/// <param name="TellAsync">Where messages about it go before its answer.</param>
/// <param name="Headers">Over HTTP of 2026-07-28, where each exchange stands by itself: its headers, by name in lower case. Null elsewhere.</param>
internal sealed record Exchange(Func<byte[], ValueTask> TellAsync, IReadOnlyDictionary<string, string>? Headers);
