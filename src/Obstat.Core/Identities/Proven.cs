namespace Obstat.Core.Identities;

/// <summary>What one assertion proved.</summary>
/// <param name="Principal">Who.</param>
/// <param name="Client">The workload that speaks.</param>
/// <param name="Possession">How the assertion is tied to its presenter.</param>
/// <param name="Assertion">The assertion.</param>
internal sealed record Proven(Principal Principal, string Client, Possession Possession, VerifiedAssertion Assertion);
