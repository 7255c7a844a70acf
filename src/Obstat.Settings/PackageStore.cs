using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Obstat.Settings;

/// <summary>
/// Packages that a floating command was resolved to: each in a folder of the data folder that is named by the SHA-256 of everything in it. So the command line of a server that runs from
/// the store names the bytes that run, and a changed byte is seen.
/// </summary>
public static partial class PackageStore
{
    /// <summary>The folder of the store inside the data folder.</summary>
    public const string FolderName = "packages";

    private const int DepthMax = 64;

    /// <summary>Why what a server starts is not what its command line names; null where nothing of it is from the store, or all is as it was resolved.</summary>
    public static string? Complaint(UpstreamSettings server)
    {
        ArgumentNullException.ThrowIfNull(server);
        foreach (var word in server.Arguments.Prepend(server.Command ?? "").Where(w => w.Contains('/', StringComparison.Ordinal)))
        {
            if (Stored().Match(Path.GetFullPath(word, server.Folder)) is { Success: true } found && !IsWhole(found.Groups[1].Value, found.Groups[2].Value))
            {
                return $"{found.Groups[1].Value} is not there, or is not what was resolved: a file of it was changed, added or removed";
            }
        }

        return null;
    }

    /// <summary>SHA-256 (hex) over all files below a folder: path, whether it can be run, content; links by their target. A link that leads out of the folder is an error.</summary>
    /// <exception cref="IOException">A file cannot be read, or is of a kind that does not belong in a package.</exception>
    public static string DigestOf(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, folder, "", 0);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool IsWhole(string folder, string digest)
    {
        try
        {
            return Directory.Exists(folder) && DigestOf(folder) == digest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Add(IncrementalHash hash, string root, string below, int depth)
    {
        if (depth > DepthMax)
        {
            throw new IOException($"{below} is nested too deeply");
        }

        foreach (var entry in new DirectoryInfo(Path.Combine(root, below)).GetFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            var path = below.Length == 0 ? entry.Name : $"{below}/{entry.Name}";
            if (entry.LinkTarget is { } target)
            {
                var to = Path.GetFullPath(target, Path.GetDirectoryName(entry.FullName)!);
                Write(hash, "link", path, Path.IsPathRooted(target) || !to.StartsWith(Path.GetFullPath(root) + "/", StringComparison.Ordinal)
                    ? throw new IOException($"{path} leads out of the package")
                    : Encoding.UTF8.GetBytes(target));
            }
            else if (entry is DirectoryInfo)
            {
                Add(hash, root, path, depth + 1);
            }
            else
            {
                using var file = File.OpenRead(entry.FullName);
                Write(hash, !OperatingSystem.IsWindows() && (File.GetUnixFileMode(entry.FullName) & UnixFileMode.UserExecute) != 0 ? "program" : "file", path, SHA256.HashData(file));
            }
        }
    }

    private static void Write(IncrementalHash hash, string kind, string path, byte[] content)
        => hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{kind} {Encoding.UTF8.GetByteCount(path)} {path} {content.Length} {Convert.ToHexStringLower(content)}\n")));

    [GeneratedRegex("^(.*/packages/([0-9a-f]{64}))/")]
    private static partial Regex Stored();
}
