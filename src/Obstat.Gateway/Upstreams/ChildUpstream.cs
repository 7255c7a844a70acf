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
internal sealed class ChildUpstream(Func<ChildProgram?> program, TimeProvider clock) : IUpstream
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
    private Child? _child;
    private Task _reading = Task.CompletedTask;
    private volatile DenyReason _broken;
    private int _lies;

    /// <inheritdoc/>
    public Func<Telling, ValueTask> Told { private get; set; } = static _ => ValueTask.CompletedTask;

    /// <summary>What the child wrote to standard error last; for the operator's log, never for an agent.</summary>
    public string LastWords => _child?.LastWords() ?? "";

    /// <inheritdoc/>
    public async Task<UpstreamAnswer> OpenAsync(Admission admission, long id, JsonValue parameters, CancellationToken cancellation)
    {
        admission.Step();
        _child = program() is { } known ? Child.Start(known, out _) : null;
        if (_child is null)
        {
            return new UpstreamAnswer(null, null, DenyReason.Fault, null, 0, 0);
        }

        _reading = ReadAsync(_child);
        return await ExchangeAsync(id, "initialize", parameters, cancellation);
    }

    /// <inheritdoc/>
    public Task<UpstreamAnswer> CallAsync(Admission admission, long id, string method, JsonValue? parameters, CancellationToken cancellation)
    {
        admission.Step();
        return ExchangeAsync(id, method, parameters, cancellation);
    }

    /// <inheritdoc/>
    public Task<UpstreamAnswer> RideAsync(Connected connected, long id, string method, JsonValue? parameters, CancellationToken cancellation) => ExchangeAsync(id, method, parameters, cancellation);

    /// <inheritdoc/>
    public async Task TellAsync(Connected connected, string method, JsonValue? parameters, CancellationToken cancellation) => _ = await WriteAsync(RpcWriter.Notification(method, parameters), cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_child is { } child)
        {
            await child.DisposeAsync();
        }

        await _reading;
    }

    private async Task<UpstreamAnswer> ExchangeAsync(long id, string method, JsonValue? parameters, CancellationToken cancellation)
    {
        var request = RpcWriter.Request(id, method, parameters);
        if (request.Length > LineBytesMax || cancellation.IsCancellationRequested)
        {
            return new UpstreamAnswer(null, null, cancellation.IsCancellationRequested ? DenyReason.Late : DenyReason.Malformed, null, 0, 0);
        }

        var pending = new TaskCompletionSource<(RpcMessage, int)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = pending;
        var started = clock.GetUtcNow();
        try
        {
            if (_broken != DenyReason.Undecided)
            {
                return new UpstreamAnswer(null, null, _broken, null, 0, 0);
            }

            if (!await WriteAsync(request, cancellation))
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

    private async Task<bool> WriteAsync(byte[] message, CancellationToken cancellation)
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
            case RpcKind.Request:
                var open = MethodTable.Find(message.Method, Direction.ServerToClient, false, Revision.R20251125) is { Gate: Gate.Here };
                return await WriteAsync(open ? RpcWriter.Result(message.Id!, JsonValue.EmptyObject) : RpcWriter.Error(message.Id, RpcCodes.MethodNotFound, "Method not found"), CancellationToken.None);
            case RpcKind.Notification:
                if (MethodTable.Find(message.Method, Direction.ServerToClient, true, Revision.R20251125) is { Gate: Gate.Data or Gate.Own or Gate.Changed } row)
                {
                    await Told(new Telling(row, message.Body ?? JsonValue.EmptyObject, null));
                }

                return true;
            default:
                return false;
        }
    }
}
