namespace Obstat.Proof.Leases;

/// <summary>Classes of leases as they stand in messages.</summary>
internal static class LeaseClassWords
{
    /// <summary>The words, in the order of the classes.</summary>
    public static readonly string[] All = ["stream", "process", "withhold", "next", "remote"];

    /// <summary>The class as text.</summary>
    public static string ToWord(this LeaseClass kind) => kind == LeaseClass.None ? throw new InvalidOperationException("a lease has a class") : All[(int)kind - 1];

    /// <summary>Reads a class; an unknown word is none.</summary>
    public static LeaseClass Parse(string word) => (LeaseClass)(Array.IndexOf(All, word) + 1);
}
