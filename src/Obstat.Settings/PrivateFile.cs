using System.Diagnostics.CodeAnalysis;

namespace Obstat.Settings;

/// <summary>Files with secrets: 0600, owned by this user. One that others can read is refused, because it is no secret any more.</summary>
public static class PrivateFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads a file of at most <paramref name="bytesMax"/> bytes that this user owns and nobody else can read.</summary>
    public static bool TryRead(string path, int bytesMax, [NotNullWhen(true)] out byte[]? bytes, [NotNullWhen(false)] out string? reason)
    {
        (bytes, reason) = (null, null);
        try
        {
            using var file = File.OpenRead(path);
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file.SafeFileHandle) is var mode && (mode & Others) != 0)
            {
                reason = $"{path} can be read by others (mode {Convert.ToString((int)mode, 8)}): chmod 600, and replace the secret in it";
            }
            else if (!PrivateFolder.IsOwn(path))
            {
                reason = $"{path} belongs to another user, or is a link of one";
            }
            else if (file.Length > bytesMax)
            {
                reason = $"{path} has more than {bytesMax} bytes";
            }
            else
            {
                var content = new byte[file.Length];
                file.ReadExactly(content);
                bytes = content;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e is FileNotFoundException or DirectoryNotFoundException ? $"{path} is missing" : $"{path}: {e.Message}";
        }

        return bytes is not null;
    }

    /// <summary>Writes a new file (0600). Never replaces one.</summary>
    /// <exception cref="IOException">The file is there already, or cannot be written.</exception>
    public static void Create(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(path, Options(FileMode.CreateNew));
        file.Write(bytes);
    }

    /// <summary>Writes a file (0600) so that a reader sees the old bytes or the new ones, never a part.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var next = path + ".new";
        File.Delete(next);
        Create(next, bytes);
        File.Move(next, path, overwrite: true);
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
