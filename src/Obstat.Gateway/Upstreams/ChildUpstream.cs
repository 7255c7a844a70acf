using System.Collections.Concurrent;
using Obstat.Enforcement;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Upstreams;

/// <summary>
/// A tool server over the standard streams of a child that one session owns. A line of the child that is no message, or too long, kills it; an answer to
/// nothing is dropped, and too many of them kill it too.
/// </summary>
internal sealed class ChildUpstream : IUpstream
{
    /// <summary>Bytes of one line in either direction, without LF: 1 MiB.</summary>
    public const int LineBytesMax = 1 << 20;

    /// <summary>Answers to nothing that one child may give before it is killed.</summary>
    public const int LiesMax = 16;

    /// <summary>Requests that nobody waits for any more and whose late answers are no lies, at most.</summary>
    public const int AbandonedMax = 1024;

    private readonly ConcurrentDictionary<long, TaskCompletionSource<(RpcMessage Answer, int Bytes)>> _pending = [];
    private readonly ConcurrentDictionary<long, bool> _abandoned = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Func<Startable> _program;
    private readonly TimeProvider _clock;
    private readonly ServerRequests _asked;
    private Revision _revision = Revision.R20251125;
    private Child? _child;
    private Task _reading = Task.CompletedTask;
    private volatile DenyReason _broken;
    private int _lies;

    /// <summary>An upstream that is not started yet.</summary>
    /// <param name="program">What to start; asked once, right before the start.</param>
    /// <param name="clock">Wall clock.</param>
    public ChildUpstream(Func<Startable> program, TimeProvider clock) => (_program, _clock, _asked) = (program, clock, new ServerRequests(WriteAsync));

    /// <inheritdoc/>
    public Func<Telling, ValueTask> Told { private get; set; } = static _ => ValueTask.CompletedTask;

    /// <summary>What the child wrote to standard error last; for the operator's log, never for an agent.</summary>
    public string LastWords => _child?.LastWords() ?? "";

    /// <inheritdoc/>
    public Func<ServerRequest, CancellationToken, Task<ServerReply>> Asked
    {
        set => _asked.Asked = value;
    }

    /// <inheritdoc/>
    public bool IsBroken => _broken != DenyReason.Undecided;

    /// <inheritdoc/>
    public async Task<UpstreamAnswer> OpenAsync(Admission admission, Outgoing request, Revision revision, CancellationToken cancellation)
    {
        admission.Step();
        _revision = revision;
        var (program, reason) = _program();
        _child = program is null ? null : Child.Start(program, out _);
        if (_child is null)
        {
            return new UpstreamAnswer(null, null, program is null && reason != DenyReason.Undecided ? reason : DenyReason.Fault, null, 0, 0);
        }

        _reading = ReadAsync(_child);
        return await ExchangeAsync(request, cancellation);
    }

    /// <inheritdoc/>
    public Task<UpstreamAnswer> CallAsync(Admission admission, Outgoing request, CancellationToken cancellation)
    {
        admission.Step();
        return ExchangeAsync(request, cancellation);
    }

    /// <inheritdoc/>
    public Task<UpstreamAnswer> RideAsync(Connected connected, Outgoing request, CancellationToken cancellation) => ExchangeAsync(request, cancellation);

    /// <inheritdoc/>
    public Task TellAsync(Connected connected, string method, JsonValue? parameters, CancellationToken cancellation) => WriteAsync(RpcWriter.Notification(method, parameters), cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_child is { } child)
        {
            await child.DisposeAsync();
        }

        await _asked.DisposeAsync();
        await _reading;
    }

    private async Task<UpstreamAnswer> ExchangeAsync(Outgoing outgoing, CancellationToken cancellation)
    {
        var id = outgoing.Id;
        var request = RpcWriter.Request(id, outgoing.Method, outgoing.Parameters);
        if (request.Length > LineBytesMax || cancellation.IsCancellationRequested)
        {
            return new UpstreamAnswer(null, null, cancellation.IsCancellationRequested ? DenyReason.Late : DenyReason.Malformed, null, 0, 0);
        }

        var pending = new TaskCompletionSource<(RpcMessage, int)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = pending;
        var started = _clock.GetUtcNow();
        try
        {
            if (_broken != DenyReason.Undecided)
            {
                return new UpstreamAnswer(null, null, _broken, null, 0, 0);
            }

            if (!await TryWriteAsync(request, cancellation))
            {
                // Part of the line may have reached the child.
                return new UpstreamAnswer(null, null, DenyReason.Fault, started, 0, 0);
            }

            var (answer, bytes) = await pending.Task.WaitAsync(cancellation);
            return new UpstreamAnswer(answer.Kind == RpcKind.Result ? answer.Body : null, answer.Kind == RpcKind.Error ? answer.Body : null, null, started, request.Length, bytes);
        }
        catch (OperationCanceledException)
        {
            _ = _abandoned.Count < AbandonedMax && _abandoned.TryAdd(id, true);
            return new UpstreamAnswer(null, null, pending.Task.IsCanceled ? _broken : DenyReason.Late, started, request.Length, 0);
        }
        finally
        {
            _ = _pending.TryRemove(id, out _);
        }
    }

    private async Task WriteAsync(byte[] message, CancellationToken cancellation) => _ = await TryWriteAsync(message, cancellation);

    private async Task<bool> TryWriteAsync(byte[] message, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            if (_child is not { } child)
            {
                return false;
            }

            await child.Input.WriteAsync((byte[])[.. message, (byte)'\n'], CancellationToken.None).AsTask().WaitAsync(cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            // Half a line would be joined with the next one: a child that does not read ends here.
            await _child!.DisposeAsync();
            throw;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _ = _writing.Release();
        }
    }

    private async Task ReadAsync(Child child)
    {
        var why = DenyReason.Fault;
        try
        {
            await using var lines = new LineReader(child.Output, LineBytesMax);
            while (await lines.ReadAsync(CancellationToken.None) is { } line)
            {
                if (!RpcMessage.TryParse(line, out var message, out _) || !await TakeAsync(message, line.Length))
                {
                    why = DenyReason.Malformed;
                    break;
                }
            }

            why = lines.WasTooLong ? DenyReason.Malformed : why;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The child is gone, or its client is.
        }

        _broken = why;
        foreach (var pending in _pending.Values)
        {
            _ = pending.TrySetCanceled();
        }

        await child.DisposeAsync();
    }

    private async Task<bool> TakeAsync(RpcMessage message, int bytes)
    {
        switch (message.Kind)
        {
            case RpcKind.Result or RpcKind.Error:
                return message.Id?.AsInteger is { } id && ((_pending.TryGetValue(id, out var pending) && pending.TrySetResult((message, bytes))) || _abandoned.TryRemove(id, out _)) || ++_lies <= LiesMax;
            case RpcKind.Request when _revision == Revision.R20251125:
                _asked.Take(message, null);
                return true;
            case RpcKind.Notification:
                if (MethodTable.Find(message.Method, Direction.ServerToClient, true, _revision) is { Gate: Gate.Data or Gate.Own or Gate.Changed } row)
                {
                    await Told(new Telling(row, message.Body ?? JsonValue.EmptyObject, null));
                }

                return true;
            default:
                return false;
        }
    }
}
