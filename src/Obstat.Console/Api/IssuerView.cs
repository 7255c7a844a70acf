namespace Obstat.Console.Api;

/// <summary>An issuer whose tokens are taken.</summary>
/// <param name="Url">The issuer.</param>
/// <param name="Keys">Its keys that are known.</param>
/// <param name="Age">Seconds since they were read; null: never.</param>
/// <param name="Limit">Seconds after which everything of it is refused as stale.</param>
/// <param name="Detail">What went wrong last; null where nothing did.</param>
public sealed record IssuerView(string Url, int Keys, double? Age, double Limit, string? Detail);
