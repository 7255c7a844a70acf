namespace Obstat.Core.Identities;

/// <summary>What a principal is. Zero is nobody.</summary>
public enum PrincipalKind
{
    /// <summary>Nobody: never part of a verified identity.</summary>
    None = 0,

    /// <summary>A verified workload: <c>Plane::Agent</c>.</summary>
    Agent,

    /// <summary>A person verified at an issuer: <c>Plane::User</c>.</summary>
    User,
}
