using Obstat.Proof;

namespace Obstat.Gateway.Sessions;

/// <summary>The approved tools of the registered servers. What is not there was not approved.</summary>
internal interface IPins
{
    /// <summary>Approved digests of one server by tool name; empty where nothing is approved or the approval does not verify.</summary>
    IReadOnlyDictionary<string, Digest> Of(string server);
}
