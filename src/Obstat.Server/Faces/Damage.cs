using System.Globalization;

namespace Obstat.Server.Faces;

/// <summary>What faces found in the ledger's file that is not what was signed, since this start: it stands on every page until somebody looked. Safe for concurrent use.</summary>
internal sealed class Damage
{
    private string? _found;

    /// <summary>The first thing that was found; null while nothing was.</summary>
    public string? Found => Volatile.Read(ref _found);

    /// <summary>An entry does not fit.</summary>
    public void Saw(long entry, string why) => _ = Interlocked.CompareExchange(ref _found, string.Create(CultureInfo.InvariantCulture, $"entry {entry} of the ledger's file is not what was signed: {why}"), null);
}
