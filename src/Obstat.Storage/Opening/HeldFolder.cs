using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;
using Obstat.Storage.Files;
using Obstat.Storage.Publishing;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Opening;

/// <summary>The folder of a ledger under its lock, with everything in it read and compared. Nothing was written yet.</summary>
internal sealed class HeldFolder : IDisposable
{
    private const string InstanceName = "INSTANCE";
    private const string InstanceDigits = "abcdefghijklmnopqrstuvwxyz234567";
    private const int InstanceLength = 10;

    private readonly FolderLock _lock;

    private HeldFolder(string folder, FolderLock folderLock, SqliteConnection connection, FoldFile folds, Guard guard, OpenedLog opened, Plane next, string? foldRefused)
        => (Folder, _lock, Connection, Folds, Guard, Opened, Next, FoldRefused) = (folder, folderLock, connection, folds, guard, opened, next, foldRefused);

    internal string Folder { get; }

    internal SqliteConnection Connection { get; }

    internal FoldFile Folds { get; }

    internal Guard Guard { get; }

    internal OpenedLog Opened { get; }

    /// <summary>The plane that goes on: its epoch is higher than any before.</summary>
    internal Plane Next { get; }

    internal string? FoldRefused { get; }

    /// <summary>Takes a folder. Throws <see cref="LedgerUnavailableException"/> naming what does not fit.</summary>
    /// <param name="options">Where it lies and how it is read.</param>
    /// <param name="keys">The keys of its log.</param>
    /// <param name="inherited">What a log that is begun here carries on; null where nothing.</param>
    internal static HeldFolder Take(LedgerOptions options, LedgerKeys keys, Inheritance? inherited)
    {
        var folder = Path.GetFullPath(options.Folder);
        LocalFolder.Prepare(folder);
        var folderLock = FolderLock.Take(folder);
        SqliteConnection? connection = null;
        FoldFile? folds = null;
        try
        {
            var file = Path.Combine(folder, "ledger.db");
            var instance = Instance(folder, File.Exists(file));
            connection = Database.OpenWriter(file, erases: false);
            Schema.Prepare(connection, file, Schema.Ledger);
            var origin = keys.Heads.Origin;
            var guard = new Guard(options.GuardFolder ?? Path.Combine(folder, "guard"), origin);
            folds = FoldFile.Open(folder, out var lost);
            var opened = Read(connection, folder, folds, keys.Heads, guard.Read() is { } note ? [($"guard/{origin}", note)] : [], options, ref lost);
            if (opened.State.Size > 0 && (opened.State.Plane.Instance != instance || opened.State.RootKey?.Kid != keys.Root.Kid))
            {
                throw new LedgerUnavailableException($"INSTANCE or root key: expected {opened.State.Plane.Instance} and {opened.State.RootKey?.Kid}, got {instance} and {keys.Root.Kid}");
            }

            if (opened.State.HeadKeys is { } inForce && !keys.Heads.TryUse(inForce.InForce))
            {
                throw new LedgerUnavailableException($"head key: expected {string.Join(" and ", inForce.InForce)}");
            }

            if (!keys.Heads.TryResume(opened.Edge.Size, opened.Edge.Root))
            {
                throw new LedgerUnavailableException("the head signer signed for another ledger");
            }

            opened = inherited is null || opened.State.Size > 0 ? opened : opened with { State = inherited.State, Inherited = inherited };
            return new(folder, folderLock, connection, folds, guard, opened, new(instance, Math.Max(opened.Epoch, opened.Inherited?.Plane.Epoch ?? 0) + 1), lost);
        }
        catch
        {
            folds?.Dispose();
            connection?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Says in an empty folder which instance will write there.</summary>
    internal static void Write(string folder, string instance) => DurableFile.Write(Path.Combine(folder, InstanceName), Encoding.ASCII.GetBytes(instance + "\n"));

    public void Dispose()
    {
        Folds.Dispose();
        Connection.Dispose();
        _lock.Dispose();
    }

    private static OpenedLog Read(SqliteConnection connection, string folder, FoldFile folds, HeadSigner heads, IReadOnlyList<(string Source, byte[] Note)> remembered, LedgerOptions options, ref string? refused)
    {
        var size = HeadRow.Size(connection);
        if (folds.Read(heads, out var broken) is { } kept)
        {
            if (kept.Seal.Size > size)
            {
                throw new LedgerUnavailableException($"state.db: a sealed fold of size {kept.Seal.Size} is known, the ledger ends at {size}: its tail was lost, or an old copy was restored");
            }

            if (size > options.WholeMax)
            {
                using var reader = LedgerReader.Open(folder, heads.Origin);
                if (TailLog.TryRead(connection, reader, heads, remembered, kept.Fold, kept.Seal, out broken) is { } opened)
                {
                    return opened;
                }
            }
        }

        refused ??= broken;
        return WholeLog.Read(connection, heads, remembered);
    }

    private static string Instance(string folder, bool hasLedger)
    {
        var path = Path.Combine(folder, InstanceName);
        if (!File.Exists(path))
        {
            if (hasLedger)
            {
                throw new LedgerUnavailableException($"{path}: expected the instance of the ledger beside it, got no file");
            }

            Write(folder, RandomNumberGenerator.GetString(InstanceDigits, InstanceLength));
        }

        var text = File.ReadAllText(path);
        return text.Length == InstanceLength + 1 && text[^1] == '\n' && text[..^1].All(InstanceDigits.Contains)
            ? text[..^1]
            : throw new LedgerUnavailableException($"{path}: expected {InstanceLength} base32 digits");
    }
}
