namespace Obstat.Console.Api;

/// <summary>
/// The paths of the public read API, below <c>listen.console</c>. All are GET with <c>Authorization: Bearer SESSION</c> but where it is said; answers are JSON, refusals <see cref="ApiRefusal"/>.
/// An unknown parameter refuses by its name. Nothing here can permit anything.
/// </summary>
public static class ApiRoutes
{
    /// <summary>What every path begins with.</summary>
    public const string Prefix = "/api/v1/";

    /// <summary>To <see cref="StateView"/>: how the plane is, and who asks.</summary>
    public const string State = Prefix + "state";

    /// <summary>To <see cref="OverviewView"/>.</summary>
    public const string Overview = Prefix + "overview";

    /// <summary>To <see cref="DecisionsView"/>: <c>verdict reason action principal tool point from to after limit facets</c>; or <c>canary=1</c> with <c>after limit</c>: the probes that have an entry.</summary>
    public const string Decisions = Prefix + "decisions";

    /// <summary>Followed by an index, to <see cref="EntryView"/>; by an index and <c>/proof.zip</c>, to the bytes of an evidence bundle.</summary>
    public const string Entries = Prefix + "entries/";

    /// <summary>What ends the path of an entry's bundle.</summary>
    public const string ProofSuffix = "/proof.zip";

    /// <summary>To <see cref="ExecutionsView"/>: <c>state</c> (<c>all running orphaned refused</c>), <c>after limit</c>.</summary>
    public const string Executions = Prefix + "executions";

    /// <summary>Followed by the id of an execution, to <see cref="LineageView"/>.</summary>
    public const string Lineage = Executions + "/";

    /// <summary>What ends the path of a lineage as W3C PROV-JSON. For roles that may take evidence away.</summary>
    public const string ProvSuffix = "/prov.json";

    /// <summary>What ends the path of a lineage as OpenLineage run events, one a line. For roles that may take evidence away.</summary>
    public const string OpenLineageSuffix = "/openlineage.ndjson";

    /// <summary>To <see cref="CompareView"/>: <c>a b</c>, the ids of two executions.</summary>
    public const string Compare = Prefix + "compare";

    /// <summary>To <see cref="LeasesView"/>.</summary>
    public const string Leases = Prefix + "leases";

    /// <summary>Followed by the id of an enforcement point, to <see cref="PointDetailView"/>.</summary>
    public const string Points = Prefix + "points/";

    /// <summary>To <see cref="PoliciesView"/>.</summary>
    public const string Policies = Prefix + "policies";

    /// <summary>To <see cref="ToolsView"/>.</summary>
    public const string Tools = Prefix + "tools";

    /// <summary>To <see cref="IdentitiesView"/>.</summary>
    public const string Identities = Prefix + "identities";

    /// <summary>To <see cref="LedgerView"/>: <c>after limit</c>.</summary>
    public const string Ledger = Prefix + "ledger";

    /// <summary>To <see cref="HealthView"/>.</summary>
    public const string Health = Prefix + "health";

    /// <summary>To <see cref="SetupView"/>.</summary>
    public const string Setup = Prefix + "setup";

    /// <summary>To <see cref="HaltsView"/>. POST <see cref="HaltRequest"/> to <see cref="HaltDone"/>.</summary>
    public const string Halts = Prefix + "halts";

    /// <summary>POST <see cref="HaltRequest"/> to <see cref="HaltDone"/>: revokes the scope for ever. Without a ledger it refuses.</summary>
    public const string Revocations = Prefix + "revocations";

    /// <summary>To <see cref="HaltPreview"/>: <c>kind value</c>.</summary>
    public const string HaltPreview = Halts + "/preview";

    /// <summary>To <see cref="DemoView"/>; 404 where no demo runs on this plane.</summary>
    public const string Demo = Prefix + "demo";

    /// <summary>Server-sent events: <c>row</c> with a <see cref="DecisionRow"/>, <c>beat</c> with a <see cref="BeatView"/> every 2 s, <c>reload</c>. <c>verdict reason action principal tool point</c>; resumes by <c>Last-Event-ID</c>.</summary>
    public const string Events = Prefix + "events";

    /// <summary>POST <see cref="LoginRequest"/>, without a session, to <see cref="LoginDone"/>. DELETE ends the session that asks.</summary>
    public const string Session = Prefix + "session";
}
