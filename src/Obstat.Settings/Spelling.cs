namespace Obstat.Settings;

/// <summary>Guesses what a misspelt name was meant to be.</summary>
public static class Spelling
{
    /// <summary>The known name with the fewest edits, at most a third of its length and at least one allowed, or else the one that begins so (3 characters and more); null where none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        string[] names = [.. known];
        return names.Select(k => (Name: k, Edits: Edits(name.ToLowerInvariant(), k.ToLowerInvariant())))
                .Where(k => k.Edits <= Math.Max(1, k.Name.Length / 3))
                .OrderBy(k => k.Edits).ThenBy(k => k.Name, StringComparer.Ordinal)
                .Select(k => k.Name).FirstOrDefault()
            ?? (name.Length >= 3 && names.Where(k => k.StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToArray() is [var only] ? only : null);
    }

    // Edit distance in which two neighbours that changed places count once (optimal string alignment).
    private static int Edits(string a, string b)
    {
        if (a.Length > 64 || b.Length > 64)
        {
            return int.MaxValue;
        }

        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1,
                    cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[a.Length, b.Length];
    }
}
