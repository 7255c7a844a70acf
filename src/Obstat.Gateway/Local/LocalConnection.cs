using System.Globalization;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Gateway.Local;

/// <summary>
/// One local connection: a hello line, then MCP lines in both directions. The connection ends, and its session, its child and its identity end. Or a hello that renews the run token of another
/// connection: one line says whether it is open, and that was all.
/// </summary>
internal sealed class LocalConnection(Stream stream, LocalHolders holders, Func<string, Func<byte[], ValueTask>, Session?> open) : IDisposable
{
    /// <summary>Bytes of one line, without LF: 1 MiB.</summary>
    public const int LineBytesMax = 1 << 20;

    private static readonly TimeSpan HelloMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly CancellationTokenSource _gone = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Dispose();
        _gone.Dispose();
    }

    /// <summary>Serves until the peer closes, a line is too long, or the token falls; then waits until what was begun is over.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        try
        {
            await using var hellos = new LineReader(stream, LineBytesMax);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(HelloMax);
            if (await hellos.ReadAsync(patience.Token) is { Length: <= Hello.BytesMax } line && Hello.TryRead(line, out var hello))
            {
                await (hello.Server is { } server ? HoldAsync(server, hello, hellos, cancellation)
                    : WriteAsync(JsonValue.Object(("v", JsonValue.Of(1)), ("renewed", JsonValue.Of(holders.TryRenew(hello.Handle!, hello.Token!)))).ToCanonicalBytes()).AsTask());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The peer is gone, or this process ends.
        }
    }

    private async Task HoldAsync(string server, Hello hello, LineReader lines, CancellationToken cancellation)
    {
        var holder = new LocalHolder(hello.Token);
        if (hello.Handle is { } handle && !holders.TryBegin(handle, holder))
        {
            return;
        }

        try
        {
            await ServeAsync(server, holder, lines, cancellation);
        }
        finally
        {
            if (hello.Handle is { } over)
            {
                holders.End(over);
            }
        }
    }

    private async Task ServeAsync(string server, LocalHolder holder, LineReader lines, CancellationToken cancellation)
    {
        var session = open(server, WriteAsync);
        if (session is null)
        {
            await RefuseAsync(lines, cancellation);
            return;
        }

        await using var owned = session;
        var caller = new Caller(
            holder.Assertions,
            JsonValue.Object(("peer_uid", JsonValue.Of(PrivateFolder.UserId))),
            Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture));
        var begun = new HashSet<Task>();
        try
        {
            while (await lines.ReadAsync(cancellation) is { } line)
            {
                _ = begun.RemoveWhere(t => t.IsCompleted);
                _ = begun.Add(AnswerAsync(session, line, caller with { Assertions = holder.Assertions }, _gone.Token));
            }
        }
        finally
        {
            // What was begun may end by itself for a moment: an outcome that is known is better evidence than one that is cut.
            _ = await Task.WhenAny(Task.WhenAll(begun), Task.Delay(DrainMax, CancellationToken.None));
            await _gone.CancelAsync();
            await Task.WhenAll(begun);
        }
    }

    private async Task AnswerAsync(Session session, byte[] line, Caller caller, CancellationToken cancellation)
    {
        try
        {
            var reply = await session.AnswerAsync(line, caller, WriteAsync, cancellation);
            if (reply.Body is { } body)
            {
                await WriteAsync(body);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer is gone; the evidence of what it asked is closed all the same.
        }
    }

    private async Task RefuseAsync(LineReader lines, CancellationToken cancellation)
    {
        var refusal = new Denial(DenyReason.UnknownAction, Hint: "No server of this name is registered.");
        while (await lines.ReadAsync(cancellation) is { } line)
        {
            if (RpcMessage.TryParse(line, out var message, out _) && message.Kind == RpcKind.Request)
            {
                await WriteAsync(RpcWriter.Error(message.Id, DenialText.Error(refusal, message.Method, null)));
            }
        }
    }

    private async ValueTask WriteAsync(byte[] message)
    {
        await _writing.WaitAsync(_gone.Token);
        try
        {
            await stream.WriteAsync((byte[])[.. message, (byte)'\n'], _gone.Token);
        }
        finally
        {
            _ = _writing.Release();
        }
    }
}
