using System.Buffers;
using System.IO.Pipelines;

namespace Obstat.Gateway.Upstreams;

/// <summary>Lines that end in LF, of bounded length. What stands behind the last LF when the stream ends is no line.</summary>
internal sealed class LineReader(Stream stream, int bytesMax) : IAsyncDisposable
{
    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>Whether reading ended because a line was longer than the bound.</summary>
    public bool WasTooLong { get; private set; }

    /// <summary>The next line without its LF; null at the end.</summary>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancellation);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end);
                WasTooLong = line.Length > bytesMax;
                var bytes = WasTooLong ? null : line.ToArray();
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return bytes;
            }

            WasTooLong = read.Buffer.Length > bytesMax;
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (WasTooLong || read.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reader.CompleteAsync();
}
