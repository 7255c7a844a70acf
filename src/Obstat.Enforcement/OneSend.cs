using System.Net;
using System.Net.Http.Headers;

namespace Obstat.Enforcement;

/// <summary>A body that is given to the network once: the framework would send it again on a kept connection that broke, and what acts is never repeated behind its sender's back.</summary>
public sealed class OneSend : HttpContent
{
    private readonly ReadOnlyMemory<byte> _body;
    private int _sent;

    /// <summary>Nothing is sent yet.</summary>
    /// <param name="body">The bytes; not changed afterwards.</param>
    /// <param name="mediaType">Its <c>Content-Type</c>, without parameters.</param>
    public OneSend(ReadOnlyMemory<byte> body, string mediaType)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    /// <summary>Whether the network was given the body, or a part of it.</summary>
    public bool WasSent => Volatile.Read(ref _sent) != 0;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (Interlocked.Exchange(ref _sent, 1) != 0)
        {
            throw new IOException("a message is sent once");
        }

        await stream.WriteAsync(_body, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
