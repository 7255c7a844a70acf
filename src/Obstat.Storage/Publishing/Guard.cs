using Obstat.Proof.Notes;
using Obstat.Storage.Files;

namespace Obstat.Storage.Publishing;

/// <summary>The newest published head in a file of its own, better on another volume: it tells at the next start whether the ledger lost its tail.</summary>
internal sealed class Guard(string folder, string origin)
{
    private readonly string _path = Path.Combine(folder, origin);

    /// <summary>The remembered note; null where there is none.</summary>
    internal byte[]? Read()
    {
        LocalFolder.Prepare(folder);
        return File.Exists(_path) ? File.ReadAllBytes(_path) : null;
    }

    /// <summary>Remembers a head, durable on return.</summary>
    internal void Keep(SignedNote note) => DurableFile.Write(_path, note.Bytes.Span);
}
