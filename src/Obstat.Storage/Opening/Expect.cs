using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Data.Sqlite;

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

    internal static byte[] Blob(SqliteDataReader rows, int column) => rows.GetFieldValue<byte[]>(column);

    internal static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
