using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Hosts;

/// <summary>What <c>connect</c> wrote for a host, so that it can be undone to the byte: for each file its bytes before, and the digest of what it was given.</summary>
internal static class ConnectRecord
{
    /// <summary>Writes the files, each whole or not at all, after its old bytes were kept.</summary>
    /// <exception cref="IOException">A file cannot be written; those before it were.</exception>
    public static void Write(InstallationSettings settings, string host, IEnumerable<HostEdit> edits)
    {
        foreach (var edit in edits.Where(e => e.Changes))
        {
            var backup = BackupOf(settings, host, edit.Path);
            if (!PrivateFolder.Prepare(Path.GetDirectoryName(backup)!, out var reason))
            {
                throw new IOException(reason);
            }

            // A second run on our own text, or one that puts back what was altered in it, keeps the bytes that were there before the first.
            var said = SaidIn(edit.After);
            if (!(Read(backup) is { } known && edit.Before is not null && (known.After == DigestOf(edit.Before) || known.After == DigestOf(edit.After) || (said is not null && known.Said == said))))
            {
                known = (edit.Path, edit.Before, "", null);
            }

            PrivateFile.Replace(backup, JsonValue.Object(
                ("v", JsonValue.Of(1)), ("path", JsonValue.Of(edit.Path)), ("before", JsonValue.Of(known.Before is null ? null : Convert.ToBase64String(known.Before))),
                ("after", JsonValue.Of(DigestOf(edit.After))), ("said", JsonValue.Of(said))).ToCanonicalBytes());
            _ = Directory.CreateDirectory(Path.GetDirectoryName(edit.Path)!);
            Put(edit.Path, edit.After);
        }
    }

    /// <summary>Gives every file its old bytes back. A file that was changed since is left, and named.</summary>
    public static (List<string> Restored, List<string> Changed) Undo(InstallationSettings settings, string host)
    {
        var (restored, changed) = (new List<string>(), new List<string>());
        var folder = FolderOf(settings);
        foreach (var backup in Directory.Exists(folder) ? Directory.GetFiles(folder, host + "-*.json").Order(StringComparer.Ordinal).ToArray() : [])
        {
            if (Read(backup) is not { } known)
            {
                changed.Add(backup);
                continue;
            }

            var (path, before, after, _) = known;
            if (!File.Exists(path) || DigestOf(File.ReadAllBytes(path)) != after)
            {
                changed.Add(path);
                continue;
            }

            if (before is null)
            {
                File.Delete(path);
            }
            else
            {
                Put(path, before);
            }

            File.Delete(backup);
            restored.Add(path);
        }

        return (restored, changed);
    }

    // Beside the file and renamed, with the permissions that it had: a host that reads sees the old bytes or the new ones.
    private static void Put(string path, byte[] bytes)
    {
        var next = path + ".obstat-new";
        File.WriteAllBytes(next, bytes);
        if (File.Exists(path) && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(next, File.GetUnixFileMode(path));
        }

        File.Move(next, path, overwrite: true);
    }

    // What a file says, however it is laid out. None where there may be comments, which are people's and are not given away for old bytes.
    private static string? SaidIn(byte[] bytes)
        => StrictJson.TryParse(bytes, JsonRules.Intake, new JsonLimits(32 << 20, 128, 4_000_000), out var value, out _) ? DigestOf(value.ToCanonicalBytes()) : null;

    private static (string Path, byte[]? Before, string After, string? Said)? Read(string backup)
        => PrivateFile.TryRead(backup, 64 << 20, out var bytes, out _) && StrictJson.TryParse(bytes, JsonRules.Canonicalizer, new JsonLimits(64 << 20, 8, 100), out var value, out _)
            && value["path"]?.AsString is { } path && value["after"]?.AsString is { } after
                ? (path, value["before"]?.AsString is { } before ? Convert.FromBase64String(before) : null, after, value["said"]?.AsString)
                : null;

    private static string FolderOf(InstallationSettings settings) => Path.Combine(settings.Paths.Data, "connect");

    private static string BackupOf(InstallationSettings settings, string host, string path)
        => Path.Combine(FolderOf(settings), $"{host}-{DigestOf(Encoding.UTF8.GetBytes(path))[..16]}.json");

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
