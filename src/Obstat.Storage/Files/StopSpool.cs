using System.Buffers.Binary;
using System.Numerics;

namespace Obstat.Storage.Files;

/// <summary>
/// Where halts stand that must outlive the process whatever the ledger does: one file of 1 MiB that is made beforehand, in records of 4 KiB with length and CRC-32C, each on the disk when the call returns.
/// No ledger: what stands in it is told to the ledger later. Not safe for concurrent use.
/// </summary>
public sealed class StopSpool : IDisposable
{
    /// <summary>Bytes of one record's text at most.</summary>
    public const int TextBytesMax = RecordBytes - 8;

    /// <summary>Records at most.</summary>
    public const int RecordsMax = FileBytes / RecordBytes;

    private const int FileBytes = 1 << 20;
    private const int RecordBytes = 4096;

    private readonly FileStream _file;
    private int _next;

    private StopSpool(FileStream file) => _file = file;

    /// <summary>Opens the spool of a folder, or makes it. Gives the texts in order; null where one cannot be read: then nobody knows what is halted.</summary>
    /// <exception cref="IOException">It cannot be opened or made.</exception>
    public static StopSpool Open(string path, out IReadOnlyList<byte[]>? texts)
    {
        if (!File.Exists(path))
        {
            DurableFile.Write(path, new byte[FileBytes]);
        }

        var spool = new StopSpool(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 0));
        texts = spool.Read();
        return spool;
    }

    /// <summary>Writes one more record.</summary>
    /// <exception cref="IOException">It is full, or the disk did not take it.</exception>
    public void Add(ReadOnlySpan<byte> text)
    {
        if (_next >= RecordsMax || text.Length is 0 or > TextBytesMax)
        {
            throw new IOException("the stop spool is full");
        }

        Put(_next, text);
        _next++;
    }

    /// <summary>Writes these records in place of all others.</summary>
    /// <exception cref="IOException">The disk did not take it; some of the old may stand beside some of the new.</exception>
    public void Replace(IReadOnlyList<byte[]> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        // New ones first, behind the old: a crash in between leaves a halt too much, never one too few.
        var from = _next;
        foreach (var text in texts)
        {
            if (_next < RecordsMax)
            {
                Add(text);
            }
        }

        for (var i = 0; i < texts.Count; i++)
        {
            Put(i, texts[i]);
        }

        for (var i = texts.Count; i < Math.Max(from, _next); i++)
        {
            Put(i, []);
        }

        _next = texts.Count;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private List<byte[]>? Read()
    {
        var bytes = new byte[FileBytes];
        if (_file.Length != FileBytes || RandomAccess.Read(_file.SafeFileHandle, bytes, 0) != FileBytes)
        {
            return null;
        }

        var texts = new List<byte[]>();
        for (var i = 0; i < RecordsMax; i++)
        {
            var record = bytes.AsSpan(i * RecordBytes, RecordBytes);
            var length = BinaryPrimitives.ReadInt32LittleEndian(record);
            if (length == 0)
            {
                continue;
            }

            if (length is < 0 or > TextBytesMax || Crc(record.Slice(8, length)) != BinaryPrimitives.ReadUInt32LittleEndian(record[4..]))
            {
                return null;
            }

            texts.Add(record.Slice(8, length).ToArray());
            _next = i + 1;
        }

        return texts;
    }

    private void Put(int index, ReadOnlySpan<byte> text)
    {
        var record = new byte[RecordBytes];
        BinaryPrimitives.WriteInt32LittleEndian(record, text.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Crc(text));
        text.CopyTo(record.AsSpan(8));
        RandomAccess.Write(_file.SafeFileHandle, record, (long)index * RecordBytes);
        _ = Posix.Checked(Posix.Sync((int)_file.SafeFileHandle.DangerousGetHandle()), "fsync of the stop spool");
    }

    private static uint Crc(ReadOnlySpan<byte> text)
    {
        var crc = uint.MaxValue;
        foreach (var one in text)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
