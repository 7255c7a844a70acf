using Obstat.Proof;

namespace Obstat.Core.Permits;

/// <summary>How permits are made in this plane.</summary>
/// <param name="Issuer">The plane: <c>urn:execution:plane:ORIGIN</c>.</param>
/// <param name="Life">How long a permit lives: 1 s to 30 s. Longer means later revocation.</param>
/// <param name="EngineBuild">Digest of the program that decides, for the record.</param>
public sealed record PermitTerms(string Issuer, TimeSpan Life, Digest EngineBuild)
{
    /// <summary>How long a lease holds without a renewal: 1 s to 60 s, whole seconds.</summary>
    public TimeSpan LeaseLife { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The engine's name in the record.</summary>
    public const string EngineName = "obstat-cedar";

    /// <summary>The version of the language's meaning: a replay needs the same.</summary>
    public const string EngineSemantics = "4.5";
}
