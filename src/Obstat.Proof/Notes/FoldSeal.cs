using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Obstat.Proof.Encodings;

namespace Obstat.Proof.Notes;

/// <summary>
/// What the head key vouches for beside heads: that the fold over the first entries of its log has a digest. Its first line keeps it from being taken for a checkpoint, whose first line is an origin of the key's name.
/// </summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Size">Count of entries that were folded.</param>
/// <param name="Fold">SHA-256 of the kept fold.</param>
public sealed record FoldSeal(string Origin, long Size, Digest Fold)
{
    /// <summary>Four lines, each with its line feed: the text that is signed.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Names.Fold}\n{Origin}\n{Size}\n{Fold.ToBase64()}\n");

    /// <summary>Reads a note that one of these keys of one log signed. Refuses every text but the one that <see cref="ToText"/> gives.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> bytes, IReadOnlyList<VerifierKey> logKeys, [NotNullWhen(true)] out FoldSeal? seal)
    {
        ArgumentNullException.ThrowIfNull(logKeys);
        seal = null;
        if (logKeys.Any(k => k.Type != NoteKeyType.Ed25519) || !SignedNote.TryParse(bytes, out var note, out _) || !note.TryVerify(logKeys, out _, out _))
        {
            return false;
        }

        var text = note.TextAsString();
        if (text.Split('\n') is not [Names.Fold, var origin, var digits, var hash, ""]
            || logKeys.Any(k => k.Name != origin)
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !Base64Exact.TryDecode(hash, out var digest)
            || !Digest.TryFromBytes(digest, out var fold))
        {
            return false;
        }

        var read = new FoldSeal(origin, size, fold);
        seal = read.ToText() == text ? read : null;
        return seal is not null;
    }
}
