using System.Globalization;
using Obstat.Console.Api;
using Obstat.Proof;

namespace Obstat.Server.Faces;

/// <summary>
/// The sessions of a demo's pages, by digest of their secrets, in a file (0600) beside the plane's sockets: the demo kills its plane, and whoever watches goes on watching. Only there where a demo runs; it takes both away when
/// it ends. Whoever can write there can make a link as well.
/// </summary>
internal sealed class DemoSessions(string path)
{
    private readonly Lock _writing = new();

    /// <summary>Those of before; a line that is not understood is none.</summary>
    public IEnumerable<KeyValuePair<Digest, Session>> Read()
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        foreach (var line in File.ReadLines(path))
        {
            if (line.Split(' ') is [var digest, var role, var since, var name]
                && Digest.TryParseHex(digest, out var key) && RoleRights.Parse(role) is not Role.None and var known
                && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            {
                yield return new(key, new Session(name, known, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)));
            }
        }
    }

    /// <summary>Keeps one.</summary>
    public void Add(Digest key, Session session)
    {
        lock (_writing)
        {
            var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new StreamWriter(path, options);
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{key.ToHex()} {session.Role.Word()} {session.Since.ToUnixTimeMilliseconds()} {session.Name}\n"));
        }
    }
}
