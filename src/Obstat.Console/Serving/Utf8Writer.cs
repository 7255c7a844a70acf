using System.Buffers;
using System.Text;

namespace Obstat.Console.Serving;

/// <summary>Takes text as UTF-8 into one piece of memory, which serves again for the next page: no string of a whole page is made, and no copy of one. Not for concurrent use.</summary>
internal sealed class Utf8Writer : TextWriter
{
    private const int BytesAtFirst = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new(BytesAtFirst);
    private readonly Encoder _encoder = System.Text.Encoding.UTF8.GetEncoder();

    /// <inheritdoc/>
    public override Encoding Encoding => System.Text.Encoding.UTF8;

    /// <summary>What was written since the last <see cref="Clear"/>; holds until the next.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>Bytes that are kept for what comes next.</summary>
    public int Capacity => _bytes.Capacity;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer) => _encoder.Convert(buffer, _bytes, flush: false, out _, out _);

    /// <summary>As new, with the memory that it has.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _encoder.Reset();
    }
}
