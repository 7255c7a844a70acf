using Obstat.Proof;
using Obstat.Proof.Notes;

namespace Obstat.Storage.Opening;

/// <summary>A head that somebody remembers: its signatures are not verified before <see cref="Verify"/>.</summary>
/// <param name="Source">Where it stands.</param>
/// <param name="Note">The note.</param>
/// <param name="Size">Count of entries.</param>
/// <param name="Root">Root of their tree.</param>
internal sealed record KnownHead(string Source, SignedNote Note, long Size, Digest Root)
{
    internal static KnownHead Parse(string source, byte[] bytes, string origin)
    {
        var error = "another text";
        return SignedNote.TryParse(bytes, out var note, out var refused) && Checkpoint.TryParse(note.TextAsString(), out var head) && head.Origin == origin
            ? new(source, note, head.Size, head.Root)
            : throw new LedgerUnavailableException($"{source}: expected a head of {origin}, got {refused ?? error}");
    }

    /// <summary>Throws unless the keys in force at its size signed it, and nobody else.</summary>
    internal void Verify(HeadKeys? keys)
    {
        var error = "no key of a log";
        var holds = keys?.TryOpen(Note, out _, out error) == true && Note.Signatures.Length == keys.At(Size).Length;
        Expect.That(holds, Source, "a head signed by the keys in force at its size", error ?? "another count of signature lines");
    }
}
