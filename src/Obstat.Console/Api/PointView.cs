namespace Obstat.Console.Api;

/// <summary>An enforcement point.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>gateway</c> ..</param>
/// <param name="Boot">This start of it.</param>
/// <param name="Entry">Where it registered.</param>
/// <param name="IsConnected">Whether it registered with this start of the plane; otherwise it is away, and refuses.</param>
/// <param name="HeardSeconds">Seconds since its last word; null where it is away.</param>
/// <param name="Open">Permits without an outcome.</param>
/// <param name="Leases">Leases that it holds.</param>
/// <param name="SilenceSeconds">After so many seconds without a word from the plane it refuses.</param>
/// <param name="Denied">When its last deny-probe passed; null where none did.</param>
/// <param name="Allowed">When its last allow-probe passed; null where none did.</param>
/// <param name="Closed">Why it refuses everything until an operator arms it again; null where it does not.</param>
public sealed record PointView(
    string Id, string Kind, string Boot, long Entry, bool IsConnected, double? HeardSeconds, int Open, int Leases, double SilenceSeconds, DateTimeOffset? Denied, DateTimeOffset? Allowed, string? Closed);
