using System.Globalization;
using Microsoft.Data.Sqlite;
using Obstat.Proof;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Publishing;

/// <summary>
/// Moves the sealed blobs of months that are over out of the ledger's file into one file a month, so that what must be kept for years and what may be erased lie apart, and the ledger's file grows with its entries alone.
/// A blob becomes durable with its group, in the ledger's file: it is moved later, some entries at a time: copied, durable there, read back, and only then deleted here. A crash in between leaves it in both, and the next start
/// goes on from where the last whole step ended. Readers look in both. Not safe for concurrent use.
/// </summary>
internal sealed class BlobMonths : IDisposable
{
    /// <summary>Entries of one step at most.</summary>
    internal const int StepMax = 1_024;

    private readonly string _folder;
    private readonly LedgerReader _reader;
    private SqliteConnection? _file; // of the month that is being moved
    private string _month = "";
    private long _next = -1; // blobs of entries before it were moved; -1: not looked up yet

    internal BlobMonths(string folder, LedgerReader reader) => (_folder, _reader) = (folder, reader);

    /// <summary>Moves the blobs of some entries, if a month is over. Throws where the disk does not take or give them: nothing of them was deleted then.</summary>
    /// <param name="published">Entries below it were read back after they were written.</param>
    /// <param name="now">The time of the newest entry: its month is the one that is not over.</param>
    /// <param name="most">Entries that are looked at, at most.</param>
    /// <param name="delete">Deletes blobs from the ledger's file; false where that was not done.</param>
    internal bool Step(long published, Timestamp now, int most, Func<IReadOnlyList<Digest>, bool> delete)
    {
        _next = _next < 0 ? BlobFiles.Moved(_folder) : _next;
        var (ciphers, end, month) = Next(Math.Min(published, _next + most), MonthOf(now));
        if (end == _next)
        {
            return false;
        }

        Open(month);
        if (ciphers.Count > 0)
        {
            Copy(ciphers);
            if (!delete(ciphers))
            {
                return false;
            }
        }

        // Only now: a step that a crash cut off is done again, and doing it again changes nothing.
        using var done = Database.Prepare(_file!, "INSERT OR REPLACE INTO moved(id, entry) VALUES(0, $1)", 1);
        done.Parameters[0].Value = end;
        _ = done.ExecuteNonQuery();
        _next = end;
        return true;
    }

    public void Dispose() => _file?.Dispose();

    internal static string MonthOf(Timestamp time) => time.Time.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>The blobs that the next entries of one month name and that are still in the ledger's file, where those entries end, and the month.</summary>
    private (List<Digest> Ciphers, long End, string Month) Next(long end, string current)
    {
        var ciphers = new List<Digest>();
        var month = "";
        var index = _next;
        for (; index < end; index++)
        {
            var statement = _reader.Entry(index).Written.Statement;

            // What a point signed has the point's time, and the plane's order: it belongs to the month of the plane's entry before it.
            var of = statement is PlaneStatement ? MonthOf(statement.Time) : index == _next ? Before(index) : month;
            if (string.CompareOrdinal(of, current) >= 0 || (month.Length > 0 && of != month))
            {
                break;
            }

            month = of;
            ciphers.AddRange(SealedIn.Of(statement).Select(reference => reference.Cipher).Where(cipher => _reader.IsInLedger(cipher)));
        }

        return (ciphers, index, month);
    }

    private string Before(long index)
    {
        for (var before = index - 1; before >= 0; before--)
        {
            if (_reader.Entry(before).Written.Statement is PlaneStatement plane)
            {
                return MonthOf(plane.Time);
            }
        }

        throw new LedgerUnavailableException("entry 0: expected a genesis");
    }

    private void Copy(List<Digest> ciphers)
    {
        using (var transaction = _file!.BeginTransaction(deferred: false))
        {
            // Replaced where a step was cut off: what that one wrote may never have reached the disk.
            using var put = Database.Prepare(_file, "INSERT OR REPLACE INTO blob(cipher, scope, bytes) VALUES($1, $2, $3)", 3);
            foreach (var cipher in ciphers)
            {
                var bytes = _reader.Blob(cipher) ?? throw new LedgerUnavailableException($"blob {cipher}: expected bytes of that digest");
                Require(SealedBlob.TryScope(bytes, out var scope), cipher);
                (put.Parameters[0].Value, put.Parameters[1].Value, put.Parameters[2].Value) = (cipher.ToArray(), scope.ToArray(), bytes);
                _ = put.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        Database.Run(_file, "PRAGMA wal_checkpoint(TRUNCATE)");
        using var find = Database.Prepare(_file, "SELECT bytes FROM blob WHERE cipher = $1", 1);
        foreach (var cipher in ciphers)
        {
            find.Parameters[0].Value = cipher.ToArray();
            Require(find.ExecuteScalar() is byte[] bytes && Digest.Of(bytes) == cipher, cipher);
        }
    }

    private static void Require(bool holds, in Digest cipher)
    {
        if (!holds)
        {
            throw new LedgerUnavailableException($"blob {cipher}: expected bytes of that digest in the file of its month");
        }
    }

    private void Open(string month)
    {
        if (_month != month)
        {
            _file?.Dispose();
            _file = null;
            _file = BlobFiles.OpenWriter(_folder, month);
            _month = month;
        }
    }
}
