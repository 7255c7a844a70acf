using System.Globalization;
using Obstat.Calls.Bench;

namespace Obstat.Revocation.Bench;

/// <summary>Persons, each of whom can be revoked once: nothing un-revokes.</summary>
internal sealed class People(Installation installation)
{
    private int _next;

    /// <summary>Enrols so many.</summary>
    public void Enrol(int count)
    {
        _ = installation.Run("identity", "enrol", "p0");
        var folder = Path.Combine(installation.Folder, ".obstat", "trust", "identities");
        var first = File.ReadAllText(Path.Combine(folder, "p0.json"));
        for (var i = 1; i < count; i++)
        {
            var name = $"p{i.ToString(CultureInfo.InvariantCulture)}";
            var file = Path.Combine(folder, name + ".json");
            File.Copy(Path.Combine(folder, "p0.json"), file); // with its mode, which the plane looks at
            File.WriteAllText(file, first.Replace("p0", name, StringComparison.Ordinal));
        }

        _ = installation.Run("policy", "activate");
    }

    /// <summary>A person whom nobody revoked yet.</summary>
    public string Next() => $"p{(_next++).ToString(CultureInfo.InvariantCulture)}";
}
