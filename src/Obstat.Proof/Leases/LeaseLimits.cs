using Obstat.Proof.Json;

namespace Obstat.Proof.Leases;

/// <summary>Bounds of leases and their messages.</summary>
public static class LeaseLimits
{
    /// <summary>Longest life between two renewals: 60 s, in ms.</summary>
    public const long TtlMsMax = 60_000;

    /// <summary>Leases of one beat at most; a point with more sends several. The answer has seven members and elements for each, and strict JSON takes 10,000.</summary>
    public const int LeasesMax = 1_000;

    /// <summary>Units are not counted yet: an object that names one refuses.</summary>
    internal static void NoUnits(JsonFields fields, string name)
    {
        if (fields.Object(name).Members.Length > 0)
        {
            fields.Refuse(name, "no units");
        }
    }
}
