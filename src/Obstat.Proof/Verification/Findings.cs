namespace Obstat.Proof.Verification;

/// <summary>The lines of all checks as they are found.</summary>
internal sealed class Findings
{
    private readonly Dictionary<string, List<Finding>> _lines = CheckIds.All.ToDictionary(c => c.Id, _ => new List<Finding>(), StringComparer.Ordinal);

    public int Count(string id) => _lines[id].Count;

    public void Verified(string id, string detail, long? entry = null) => _lines[id].Add(new(CheckStatus.Verified, detail, entry, true));

    public void Failed(string id, string detail, long? entry = null) => _lines[id].Add(new(CheckStatus.Failed, detail, entry, true));

    /// <summary>Something that this evidence should have brought with it and did not, so the whole is incomplete.</summary>
    public void Lacking(string id, string detail, long? entry = null) => _lines[id].Add(new(CheckStatus.NotChecked, detail, entry, true));

    /// <summary>Something that this evidence, or this trust, does not speak about.</summary>
    public void NotAsked(string id, string detail, long? entry = null) => _lines[id].Add(new(CheckStatus.NotChecked, detail, entry, false));

    /// <summary>Tells a claim: verified with what was seen, or failed with the first of the faults that is one.</summary>
    public bool Claim(string id, long? entry, string seen, params ReadOnlySpan<string?> faults)
    {
        foreach (var fault in faults)
        {
            if (fault is not null)
            {
                Failed(id, fault, entry);
                return false;
            }
        }

        Verified(id, seen, entry);
        return true;
    }

    public System.Collections.Immutable.ImmutableArray<Check> ToChecks() => [.. CheckIds.All.Select(c => new Check(c.Id, c.Title, [.. _lines[c.Id]]))];
}
