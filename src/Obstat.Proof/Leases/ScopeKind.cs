namespace Obstat.Proof.Leases;

/// <summary>What a revocation, a halt or an order is about. Zero is about nothing and refuses.</summary>
public enum ScopeKind
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>One execution and its descendants.</summary>
    Execution,

    /// <summary>One permit, by its jti.</summary>
    Permit,

    /// <summary>A person or an agent, as permits name them.</summary>
    Principal,

    /// <summary>A key, by its thumbprint.</summary>
    Key,

    /// <summary>A delegation and its subtree, by digest.</summary>
    Delegation,

    /// <summary>A server, <c>server/tool</c>, or a tool hash.</summary>
    Tool,

    /// <summary>A credential of an upstream.</summary>
    Credential,

    /// <summary>Decisions under one snapshot, by its digest.</summary>
    Bundle,

    /// <summary>An enforcement point, by its id.</summary>
    EnforcementPoint,

    /// <summary>A tenant: the ledger's origin.</summary>
    Tenant,

    /// <summary>Everything.</summary>
    All,
}
