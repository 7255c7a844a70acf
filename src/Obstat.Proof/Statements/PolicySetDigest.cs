using System.Buffers;
using System.Globalization;
using System.Text;

namespace Obstat.Proof.Statements;

/// <summary>
/// A policy set as bytes: the head line, then for each file, in ordinal order of the paths, decimal length of the path, LF, path, LF, decimal length of the bytes, LF, bytes.
/// Bytes, not meaning: what was signed is what can be replayed.
/// </summary>
public static class PolicySetDigest
{
    /// <summary>The bytes. Throws for a path that comes twice.</summary>
    public static byte[] Bytes(IEnumerable<(string Path, ReadOnlyMemory<byte> Content)> files)
    {
        var set = new ArrayBufferWriter<byte>();
        Write(set, Names.PolicySet + "\n");
        string? before = null;
        foreach (var (path, content) in files.OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            if (path == before)
            {
                throw new ArgumentException($"the path {path} comes twice", nameof(files));
            }

            before = path;
            Write(set, string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(path)}\n{path}\n{content.Length}\n"));
            set.Write(content.Span);
        }

        return set.WrittenSpan.ToArray();
    }

    /// <summary>SHA-256 of the bytes.</summary>
    public static Digest Of(IEnumerable<(string Path, ReadOnlyMemory<byte> Content)> files) => Digest.Of(Bytes(files));

    private static void Write(ArrayBufferWriter<byte> set, string text) => set.Write(Encoding.UTF8.GetBytes(text));
}
