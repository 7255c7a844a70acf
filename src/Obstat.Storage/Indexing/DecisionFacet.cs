namespace Obstat.Storage.Indexing;

/// <summary>By what decisions are counted. Zero is by nothing and refuses.</summary>
public enum DecisionFacet
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><c>allow</c> or <c>deny</c>.</summary>
    Verdict,

    /// <summary>Reason code of a denial.</summary>
    Reason,

    /// <summary>Wire name of the action.</summary>
    Action,

    /// <summary>Pseudonym of the principal.</summary>
    Principal,

    /// <summary>Key of the tool.</summary>
    Tool,

    /// <summary>Id of the enforcement point.</summary>
    Point,
}
