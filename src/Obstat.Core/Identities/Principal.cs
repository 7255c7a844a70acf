using System.Collections.Immutable;

namespace Obstat.Core.Identities;

/// <summary>Who asks, as the law names it: minted anew for each request from what an assertion proved, never from what a message claims.</summary>
public sealed class Principal
{
    internal Principal(PrincipalKind kind, string id, ImmutableSortedDictionary<string, ImmutableArray<string>> claims)
        => (Kind, Id, Claims) = (kind, id, claims);

    /// <summary>What it is.</summary>
    public PrincipalKind Kind { get; }

    /// <summary>Its stable id: <c>local:uid:1000</c>, <c>alice@https://idp.example</c>.</summary>
    public string Id { get; }

    /// <summary>Verified claims that policy may read, each a sorted set of strings.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Claims { get; }

    /// <summary>The name in permits: <c>Agent::local:uid:1000</c>, <c>User::alice@https://idp.example</c>.</summary>
    public string PermitSubject => $"{Kind}::{Id}";

    /// <inheritdoc/>
    public override string ToString() => PermitSubject;
}
