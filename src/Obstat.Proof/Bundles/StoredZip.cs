using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Obstat.Proof.Bundles;

/// <summary>
/// A zip in one spelling: files stored, names in ordinal order, 1980-01-01, UTF-8 names, no extra fields, no comment (APPNOTE 6.3). Writing the same files gives the same bytes,
/// and reading accepts no others: unpackers skip CRCs and header bytes, so a changed bit could hide from them.
/// </summary>
public static class StoredZip
{
    /// <summary>Most files in one container: what its counter of 16 bits holds.</summary>
    public const int FilesMax = ushort.MaxValue;

    /// <summary>Largest container in bytes.</summary>
    public const int BytesMax = 1 << 30;

    private const uint LocalMark = 0x04034b50;
    private const uint CentralMark = 0x02014b50;
    private const uint EndMark = 0x06054b50;
    private const int LocalLength = 30;
    private const int CentralLength = 46;
    private const int EndLength = 22;
    private const int PathLengthMax = 160;

    private static readonly SearchValues<char> PathCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/");
    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Writes the files. Throws for a path that no container takes and for content beyond the limits.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> files)
    {
        var sorted = files.OrderBy(f => f.Key, StringComparer.Ordinal).ToArray();
        var length = sorted.Sum(f => (long)LocalLength + CentralLength + (2 * f.Key.Length) + f.Value.Length) + EndLength;
        if (sorted.Length > FilesMax || length > BytesMax || !sorted.All(f => IsPath(f.Key)) || sorted.DistinctBy(f => f.Key).Count() != sorted.Length)
        {
            throw new ArgumentException("expected distinct paths and content within the limits", nameof(files));
        }

        var zip = new byte[length];
        var (at, offsets, crcs) = (0, new int[sorted.Length], new uint[sorted.Length]);
        for (var i = 0; i < sorted.Length; i++)
        {
            var (name, content) = sorted[i];
            (offsets[i], crcs[i]) = (at, Crc32(content.Span));
            WriteLocal(zip.AsSpan(at), name, crcs[i], content.Length);
            content.Span.CopyTo(zip.AsSpan(at + LocalLength + name.Length));
            at += LocalLength + name.Length + content.Length;
        }

        var directory = at;
        for (var i = 0; i < sorted.Length; i++)
        {
            WriteCentral(zip.AsSpan(at), sorted[i].Key, crcs[i], sorted[i].Value.Length, offsets[i]);
            at += CentralLength + sorted[i].Key.Length;
        }

        WriteEnd(zip.AsSpan(at), sorted.Length, at - directory, directory);
        return zip;
    }

    /// <summary>Reads the files: slices of the container, which must be exactly what <see cref="Write"/> gives for them.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> zip, [NotNullWhen(true)] out IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? files, [NotNullWhen(false)] out string? error)
    {
        files = null;
        if (zip.Length > BytesMax)
        {
            error = $"expected a container of at most {BytesMax} bytes, got {zip.Length}";
            return false;
        }

        var found = new SortedDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var span = zip.Span;
        var central = new ArrayBufferWriter<byte>();
        Span<byte> header = stackalloc byte[LocalLength + PathLengthMax];
        var (at, before) = (0, "");
        while (span.Length - at >= LocalLength && BinaryPrimitives.ReadUInt32LittleEndian(span[at..]) == LocalMark)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(span[(at + 18)..]);
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(span[(at + 26)..]);
            if ((long)at + LocalLength + nameLength + size > span.Length || nameLength > PathLengthMax)
            {
                error = $"a file reaches beyond the end (at byte {at})";
                return false;
            }

            var name = Encoding.Latin1.GetString(span.Slice(at + LocalLength, nameLength));
            if (!IsPath(name) || (found.Count > 0 && string.CompareOrdinal(before, name) >= 0) || found.Count == FilesMax)
            {
                error = $"expected allowed paths in ordinal order, each once (at byte {at})";
                return false;
            }

            var content = zip.Slice(at + LocalLength + nameLength, (int)size);
            var crc = Crc32(content.Span);
            WriteLocal(header, name, crc, content.Length);
            if (!span.Slice(at, LocalLength + nameLength).SequenceEqual(header[..(LocalLength + nameLength)]))
            {
                error = $"{name} or its header was changed (at byte {at})";
                return false;
            }

            WriteCentral(central.GetSpan(CentralLength + nameLength), name, crc, content.Length, at);
            central.Advance(CentralLength + nameLength);
            found.Add(name, content);
            (at, before) = (at + LocalLength + nameLength + content.Length, name);
        }

        var directory = central.WrittenCount;
        WriteEnd(central.GetSpan(EndLength), found.Count, directory, at);
        central.Advance(EndLength);
        error = found.Count == 0 ? "expected a stored zip" : span[at..].SequenceEqual(central.WrittenSpan) ? null : $"the directory is not the one of these files (from byte {at})";
        files = error is null ? found : null;
        return error is null;
    }

    /// <summary>Whether a path may stand in a container: relative, forward slashes, no empty or dotted segment, ASCII letters, digits and <c>. _ -</c>.</summary>
    public static bool IsPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length is > 0 and <= PathLengthMax
            && !path.AsSpan().ContainsAnyExcept(PathCharacters)
            && path.Split('/').All(s => s is not ("" or "." or ".."));
    }

    private static void WriteLocal(Span<byte> to, string name, uint crc, int size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, LocalMark);
        WriteCommon(to[4..], name, crc, size);
        _ = Encoding.ASCII.GetBytes(name, to[LocalLength..]);
    }

    private static void WriteCentral(Span<byte> to, string name, uint crc, int size, int offset)
    {
        to[..CentralLength].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, CentralMark);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], 20); // made by version 2.0, MS-DOS
        WriteCommon(to[6..], name, crc, size);
        BinaryPrimitives.WriteUInt32LittleEndian(to[42..], (uint)offset);
        _ = Encoding.ASCII.GetBytes(name, to[CentralLength..]);
    }

    private static void WriteCommon(Span<byte> to, string name, uint crc, int size)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, 20);              // needs version 2.0
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], 0x0800);     // names in UTF-8
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], 0);          // stored
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], 0);          // 00:00:00
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], 0x0021);     // 1980-01-01
        BinaryPrimitives.WriteUInt32LittleEndian(to[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(to[14..], (uint)size);
        BinaryPrimitives.WriteUInt32LittleEndian(to[18..], (uint)size);
        BinaryPrimitives.WriteUInt16LittleEndian(to[22..], (ushort)name.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[24..], 0);         // no extra field
    }

    private static void WriteEnd(Span<byte> to, int count, int directoryLength, int directoryAt)
    {
        to[..EndLength].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(to, EndMark);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(to[10..], (ushort)count);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], (uint)directoryLength);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], (uint)directoryAt);
    }

    /// <summary>CRC-32 of zip (polynomial 0xEDB88320), eight bytes a step: a bundle is hashed twice anyway, so this must not be the slow part.</summary>
    private static uint Crc32(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        for (; content.Length >= 8; content = content[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(content) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(content[4..]);
            crc = CrcTable[(7 << 8) | (int)(low & 0xFF)] ^ CrcTable[(6 << 8) | (int)((low >> 8) & 0xFF)] ^ CrcTable[(5 << 8) | (int)((low >> 16) & 0xFF)] ^ CrcTable[(4 << 8) | (int)(low >> 24)]
                ^ CrcTable[(3 << 8) | (int)(high & 0xFF)] ^ CrcTable[(2 << 8) | (int)((high >> 8) & 0xFF)] ^ CrcTable[(1 << 8) | (int)((high >> 16) & 0xFF)] ^ CrcTable[(int)(high >> 24)];
        }

        foreach (var value in content)
        {
            crc = CrcTable[(int)((crc ^ value) & 0xFF)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[8 * 256];
        for (var i = 0; i < 256; i++)
        {
            var value = (uint)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 1 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }

            table[i] = value;
        }

        for (var i = 256; i < table.Length; i++)
        {
            table[i] = table[(int)(table[i - 256] & 0xFF)] ^ (table[i - 256] >> 8);
        }

        return table;
    }
}
