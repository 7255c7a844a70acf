using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Storage.Databases;
using Obstat.Storage.Files;
using Obstat.Storage.Opening;
using Obstat.Storage.Writing;

namespace Obstat.Storage.Changing;

/// <summary>
/// The yearly change of logs. <see cref="EndAsync"/> writes the end into the old log: that commit decides. <see cref="Finish"/> makes the new log beside it and exchanges the two folders in one step; after a crash in between it is
/// done again from the beginning, by the same code. So before the commit the old log is in force and after it the new one, and a folder is never half of either.
/// </summary>
public static class LogChange
{
    private const string VaultName = "vault.db";

    /// <summary>Ends the log of an open ledger. Nothing can be appended to it any more. Throws <see cref="LedgerUnavailableException"/> where something is open that belongs into it.</summary>
    /// <param name="ledger">The ledger: stopped by its owner for everybody else.</param>
    /// <param name="successor">First head key of the log that goes on, durable in its file: without it nothing can.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public static async Task<long> EndAsync(Ledger ledger, NoteSigner successor, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var state = ledger.State;
        if (LogEnd.Refusal(state) is { } reason)
        {
            throw new LedgerUnavailableException(reason);
        }

        var result = await ledger.AppendAsync(LogEnd.Close(successor), cancellation);
        return result.Match(entry => entry.Index.Value, refused => throw new LedgerUnavailableException($"the end of the log was refused: {refused.ToCode()}"));
    }

    /// <summary>
    /// Puts the log in force that goes on where the one in <paramref name="options"/> ended; its folder stands there afterwards, the old one in <paramref name="ended"/>, whole, to be kept anywhere. The vault goes along: it has the
    /// keys of what was sealed in both. Gives the origins. Throws <see cref="LedgerUnavailableException"/> where the log did not end, or goes on under another key.
    /// </summary>
    /// <param name="options">The ledger in force.</param>
    /// <param name="ended">The folder of the logs that ended, on the same file system: each lies in a folder of its origin.</param>
    /// <param name="keys">The keys of the log that ended.</param>
    /// <param name="successors">The keys of the log that goes on.</param>
    /// <param name="time">The clock.</param>
    public static (string Ended, string InForce) Finish(LedgerOptions options, string ended, LedgerKeys keys, LedgerKeys successors, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(successors);
        options.Check();
        if (!OperatingSystem.IsLinux())
        {
            throw new LedgerUnavailableException("expected Linux: two folders are exchanged in one step");
        }

        try
        {
            using var held = HeldFolder.Take(options, keys, null);
            return GoOn(held, options, Path.GetFullPath(ended), keys, successors, time);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new LedgerUnavailableException(e.Message, e);
        }
    }

    /// <summary>Takes the vault's name out of the folders of logs that ended, where a crash left it: there is one vault, so that what is erased is erased.</summary>
    /// <param name="ended">The folder of the logs that ended.</param>
    public static void Clear(string ended)
    {
        foreach (var folder in Directory.Exists(ended) ? Directory.GetDirectories(ended) : [])
        {
            if (File.Exists(Path.Combine(folder, VaultName)))
            {
                File.Delete(Path.Combine(folder, VaultName));
                DurableFile.SyncFolder(folder);
            }
        }
    }

    private static (string Ended, string InForce) GoOn(HeldFolder held, LedgerOptions options, string ended, LedgerKeys keys, LedgerKeys successors, TimeProvider time)
    {
        var (state, edge) = (held.Opened.State, held.Opened.Edge);
        if (!LogEnd.HasEnded(state))
        {
            throw new LedgerUnavailableException($"{held.Folder}: the log {keys.Heads.Origin} did not end");
        }

        if (state.HeadKeys?.Successor?.Equals(successors.Heads.VerifierKey) != true || keys.Root.Kid != successors.Root.Kid)
        {
            throw new LedgerUnavailableException($"{held.Folder}: the log {keys.Heads.Origin} goes on under {state.HeadKeys?.Successor}, got {successors.Heads.VerifierKey}");
        }

        if (!keys.Heads.TrySign(edge.Size, edge.Root, out var last))
        {
            throw new LedgerUnavailableException("the head signer refused the last head");
        }

        Publish(held, edge.Size, last);
        LocalFolder.Prepare(ended);
        var beside = Path.Combine(ended, keys.Heads.Origin);
        Sweep(beside, options.GuardFolder, successors.Heads.Origin);
        LocalFolder.Prepare(beside);
        HeldFolder.Write(beside, state.Plane.Instance);
        LinkVault(held.Folder, beside);
        var beginning = new LedgerOptions { Folder = beside, Clock = options.Clock, PublishEvery = options.PublishEvery, ReserveBytes = 0, GuardFolder = options.GuardFolder };
        var inherited = new Inheritance(new(keys.Heads.Origin, last.ToString(), edge.Size - 1), LedgerState.Continuing(state.Parts), state.Plane);
        using (var begun = Ledger.Open(HeldFolder.Take(beginning, successors, inherited), beginning, successors, time))
        {
            // Its genesis is durable; closing it publishes its first head.
        }

        // The other half of the decision is taken: from here on the new log is in force, and it is locked until the old folder is let go.
        using (FolderLock.Take(beside))
        {
            _ = Posix.Checked(Posix.Exchange(Posix.CurrentFolder, held.Folder, Posix.CurrentFolder, beside, Posix.RenameExchange), $"exchange {held.Folder} and {beside}");
            DurableFile.SyncFolder(Path.GetDirectoryName(held.Folder)!);
            DurableFile.SyncFolder(ended);
            Clear(ended);
        }

        return (keys.Heads.Origin, successors.Heads.Origin);
    }

    /// <summary>The last head is published and guarded: whoever has the old log has it whole.</summary>
    private static void Publish(HeldFolder held, long size, SignedNote last)
    {
        held.Guard.Keep(last);
        if (held.Opened.Published.Size < size)
        {
            using var rows = new Rows(held.Connection, held.Opened.State.Origin);
            rows.Begin();
            rows.Published(size, last);
            rows.Commit();
        }
    }

    /// <summary>Takes away what a crash left of a log that was being begun. Only that: a folder with another log in it stays, and ends the change.</summary>
    private static void Sweep(string beside, string? guards, string successor)
    {
        if (guards is not null)
        {
            File.Delete(Path.Combine(guards, successor)); // of a beginning that was never in force
        }

        if (!Directory.Exists(beside))
        {
            return;
        }

        var file = Path.Combine(beside, "ledger.db");
        if (File.Exists(file))
        {
            using var connection = Database.OpenWriter(file, erases: false);
            var hasHead = Database.Scalar(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'head'") is 1L;
            if (hasHead && Database.Scalar(connection, "SELECT origin FROM head") is string origin && origin != successor)
            {
                throw new LedgerUnavailableException($"{beside}: expected nothing, or the beginning of {successor}, got the log {origin}");
            }
        }

        Directory.Delete(beside, recursive: true);
    }

    /// <summary>One vault under two names until the old one is taken away: a copy would be a second place to erase from.</summary>
    private static void LinkVault(string from, string to)
    {
        var path = Path.Combine(from, VaultName);
        if (File.Exists(path))
        {
            using (var connection = Database.OpenWriter(path, erases: true))
            {
                Database.Run(connection, "PRAGMA wal_checkpoint(TRUNCATE)"); // what the log of writes holds goes into the file, which alone has the second name
            }

            _ = Posix.Checked(Posix.Link(path, Path.Combine(to, VaultName)), $"link {path}");
            DurableFile.SyncFolder(to);
        }
    }
}
