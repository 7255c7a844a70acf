using System.Text;

namespace Obstat.Samples.Payments;

/// <summary>Standard input that writes each complete line to the journal before the reader above sees its last byte.</summary>
public sealed class RecordedStream(Stream inner, Journal journal) : Stream
{
    private readonly List<byte> _line = [];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Seen(inner.Read(buffer, offset, count), buffer.AsSpan(offset));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => Seen(await inner.ReadAsync(buffer, cancellationToken), buffer.Span);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Seen(int count, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes[..count])
        {
            if (value == '\n')
            {
                Keep(_line);
            }
            else
            {
                _line.Add(value);
            }
        }

        if (count == 0 && _line.Count > 0)
        {
            Keep(_line);
        }

        return count;
    }

    private void Keep(List<byte> line)
    {
        journal.Request(Encoding.UTF8.GetString([.. line]));
        line.Clear();
    }
}
