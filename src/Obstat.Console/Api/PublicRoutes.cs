namespace Obstat.Console.Api;

/// <summary>
/// The paths that everybody may read, below <c>listen.public</c>: GET and HEAD, without a session, a cookie or an event; answers may be kept for ten seconds. Nothing here names a principal, a server, a point, or what anybody said.
/// Beside them stand <c>/checkpoint</c> and <c>/tile/..</c> (C2SP tlog-tiles).
/// </summary>
public static class PublicRoutes
{
    /// <summary>What every path begins with.</summary>
    public const string Prefix = "/api/public/v1/";

    /// <summary>To <see cref="PublicStateView"/>.</summary>
    public const string State = Prefix + "state";

    /// <summary>To <see cref="PublicEntriesView"/>: <c>after limit</c>, at most 50.</summary>
    public const string Entries = Prefix + "entries";

    /// <summary>Followed by an index, to <see cref="PublicEntryView"/>; by an index and <c>/proof</c>, to its tlog-proof.</summary>
    public const string Entry = Entries + "/";

    /// <summary>What ends the path of an entry's proof.</summary>
    public const string ProofSuffix = "/proof";

    /// <summary>To <see cref="PublicDaysView"/>.</summary>
    public const string Days = Prefix + "days";

    /// <summary>To <see cref="PublicPoliciesView"/>.</summary>
    public const string Policies = Prefix + "policies";
}
