using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Obstat.Proof.Encodings;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Notes;

/// <summary>
/// The head of a log: origin, size, root (C2SP tlog-checkpoint). Extension lines are refused: nobody audits them, and not every cosignature covers them.
/// Size 0 goes with the root of the empty tree and with no other.
/// </summary>
/// <param name="Origin">Name of the log and of its key.</param>
/// <param name="Size">Count of entries, 0 to 2^63 - 1.</param>
/// <param name="Root">Root of the tree of these entries.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root)
{
    /// <summary>Three lines, each with its line feed: the text that is signed.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root.ToBase64()}\n");

    /// <summary>Reads the text of a note. Refuses every text but the one that <see cref="ToText"/> gives.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        ArgumentNullException.ThrowIfNull(text);
        checkpoint = null;
        var lines = text.Split('\n');
        if (lines.Length != 4
            || !NoteName.IsValid(lines[0])
            || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !Base64Exact.TryDecode(lines[2], out var bytes)
            || !Digest.TryFromBytes(bytes, out var root)
            || size == 0 != (root == TreeHash.Empty))
        {
            return false;
        }

        var parsed = new Checkpoint(lines[0], size, root);
        checkpoint = parsed.ToText() == text ? parsed : null;
        return checkpoint is not null;
    }

    /// <summary>Reads a note as the head of the log whose key this is: its signature must verify, and the origin be the key's name.</summary>
    public static bool TryOpen(SignedNote note, VerifierKey logKey, [NotNullWhen(true)] out Checkpoint? checkpoint, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(logKey);
        checkpoint = null;
        if (logKey.Type != NoteKeyType.Ed25519)
        {
            error = "expected the key of a log, got that of a witness";
            return false;
        }

        if (!note.TryVerify([logKey], out _, out error))
        {
            return false;
        }

        if (!TryParse(note.TextAsString(), out var parsed))
        {
            error = "expected a checkpoint of three lines";
            return false;
        }

        error = parsed.Origin == logKey.Name ? null : $"expected origin {logKey.Name}, got {parsed.Origin}";
        checkpoint = error is null ? parsed : null;
        return error is null;
    }

    internal byte[] ToTextBytes() => Encoding.UTF8.GetBytes(ToText());
}
