using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Obstat.Proof;

namespace Obstat.Core.Decisions;

/// <summary>One file of a policy folder: its path inside the folder, with <c>/</c>, and its bytes.</summary>
/// <param name="Path">Relative, <c>/</c> as separator, no <c>..</c>.</param>
/// <param name="Bytes">What was signed or read: bytes, not meaning, are what can be replayed.</param>
public sealed record LawFile(string Path, ImmutableArray<byte> Bytes)
{
    private static readonly byte[] Header = "execution-policy-set-1\n"u8.ToArray();

    /// <summary>
    /// The bytes whose SHA-256 is the digest of a set of files: header, then for each file in ordinal path order the decimal length of the path, LF,
    /// the path, LF, the decimal length of the bytes, LF, the bytes.
    /// </summary>
    public static byte[] Frame(IEnumerable<LawFile> files)
    {
        var bytes = new List<byte>(Header);
        foreach (var file in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            var path = Encoding.UTF8.GetBytes(file.Path);
            bytes.AddRange(Line(path.Length));
            bytes.AddRange(path);
            bytes.Add((byte)'\n');
            bytes.AddRange(Line(file.Bytes.Length));
            bytes.AddRange(file.Bytes);
        }

        return [.. bytes];
    }

    /// <summary>Reads what <see cref="Frame"/> wrote; any other bytes refuse.</summary>
    public static bool TryUnframe(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ImmutableArray<LawFile>? files)
    {
        files = null;
        if (!bytes.StartsWith(Header))
        {
            return false;
        }

        var rest = bytes[Header.Length..];
        var found = ImmutableArray.CreateBuilder<LawFile>();
        while (!rest.IsEmpty)
        {
            if (!TakeLength(ref rest, out var pathLength) || rest.Length <= pathLength || rest[pathLength] != '\n')
            {
                return false;
            }

            var path = Encoding.UTF8.GetString(rest[..pathLength]);
            rest = rest[(pathLength + 1)..];
            if (!TakeLength(ref rest, out var length) || rest.Length < length)
            {
                return false;
            }

            found.Add(new LawFile(path, [.. rest[..length]]));
            rest = rest[length..];
        }

        var all = found.DrainToImmutable();
        if (!Frame(all).AsSpan().SequenceEqual(bytes))
        {
            return false;
        }

        files = all;
        return true;
    }

    /// <summary>The digest of a set of files.</summary>
    public static Digest DigestOf(IEnumerable<LawFile> files) => Digest.Of(Frame(files));

    private static byte[] Line(int length) => Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture) + "\n");

    private static bool TakeLength(ref ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        var end = rest.IndexOf((byte)'\n');
        if (end is < 1 or > 9 || !int.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out length))
        {
            return false;
        }

        rest = rest[(end + 1)..];
        return true;
    }
}
