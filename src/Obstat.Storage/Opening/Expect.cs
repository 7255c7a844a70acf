using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Obstat.Proof.Notes;

namespace Obstat.Storage.Opening;

/// <summary>What is read at a start is as it must be, or named.</summary>
internal static class Expect
{
    internal static void That([DoesNotReturnIf(false)] bool holds, string source, string expected, string got)
    {
        if (!holds)
        {
            throw new LedgerUnavailableException($"{source}: expected {expected}, got {got}");
        }
    }

    internal static void Origin(string source, byte[] found, string origin)
        => That(found.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(origin)), source, $"origin {origin}", "another");

    /// <summary>A head of this log with its signature and nobody else's.</summary>
    internal static Checkpoint Head(string source, byte[] bytes, VerifierKey headKey)
    {
        var error = "another count of signature lines than one";
        return SignedNote.TryParse(bytes, out var note, out var refused) && note.Signatures.Length == 1 && Checkpoint.TryOpen(note, headKey, out var head, out error)
            ? head
            : throw new LedgerUnavailableException($"{source}: expected a head of {headKey.Name}, got {refused ?? error}");
    }

    internal static byte[] Blob(SqliteDataReader rows, int column) => rows.GetFieldValue<byte[]>(column);

    internal static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
