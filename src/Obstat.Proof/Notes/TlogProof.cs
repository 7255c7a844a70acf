using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Obstat.Proof.Encodings;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Notes;

/// <summary>
/// Proof that a leaf stands in a log, as a text file (C2SP tlog-proof): index, path from leaf to root, and the checkpoint verbatim.
/// An <c>extra</c> line is kept and never believed; we write none.
/// </summary>
/// <param name="Index">Index of the entry, 0 to 2^63 - 1.</param>
/// <param name="Path">At most 63 hashes, leaf to root.</param>
/// <param name="Note">The signed checkpoint.</param>
public sealed record TlogProof(long Index, ImmutableArray<Digest> Path, SignedNote Note)
{
    private const string Header = "c2sp.org/tlog-proof@v1\n";

    /// <summary>The bytes of the <c>extra</c> line; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Extra { get; init; }

    /// <summary>Reads a proof. Refuses every form but the one that <see cref="ToBytes"/> gives.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TlogProof? proof, [NotNullWhen(false)] out string? error)
    {
        proof = null;
        error = null;
        var split = bytes.IndexOf("\n\n"u8);
        if (bytes.Length > 2 * SignedNote.BytesMax || split < 0)
        {
            error = "expected the lines of a proof, an empty line, a checkpoint";
            return false;
        }

        if (!SignedNote.TryParse(bytes[(split + 2)..], out var note, out error))
        {
            return false;
        }

        var lines = Encoding.Latin1.GetString(bytes[..split]).Split('\n').AsSpan();
        byte[]? extra = null;
        if (lines.Length > 1 && lines[1].StartsWith("extra ", StringComparison.Ordinal))
        {
            if (!Base64Exact.TryDecode(lines[1].AsSpan("extra ".Length), out extra))
            {
                error = "expected base64 after \"extra\"";
                return false;
            }

            lines = lines[1..];
        }

        if (lines.Length < 2 || lines.Length > 2 + InclusionProof.HashesMax
            || !lines[1].StartsWith("index ", StringComparison.Ordinal)
            || !long.TryParse(lines[1].AsSpan("index ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            error = $"expected \"index <n>\" and at most {InclusionProof.HashesMax} hashes";
            return false;
        }

        var path = ImmutableArray.CreateBuilder<Digest>(lines.Length - 2);
        foreach (var line in lines[2..])
        {
            if (!Base64Exact.TryDecode(line, out var hash) || !Digest.TryFromBytes(hash, out var digest))
            {
                error = $"expected hash {path.Count + 1} as base64 of 32 bytes";
                return false;
            }

            path.Add(digest);
        }

        var parsed = new TlogProof(index, path.MoveToImmutable(), note) { Extra = extra is null ? (ReadOnlyMemory<byte>?)null : extra };
        proof = parsed.ToBytes().AsSpan().SequenceEqual(bytes) ? parsed : null;
        error = proof is null ? "expected the one spelling of this proof" : null;
        return proof is not null;
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(Header);
        if (Extra is { } extra)
        {
            _ = text.Append("extra ").Append(Convert.ToBase64String(extra.Span)).Append('\n');
        }

        _ = text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Path)
        {
            _ = text.Append(hash.ToBase64()).Append('\n');
        }

        return [.. Encoding.ASCII.GetBytes(text.Append('\n').ToString()), .. Note.Bytes.Span];
    }
}
