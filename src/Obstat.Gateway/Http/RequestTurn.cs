namespace Obstat.Gateway.Http;

/// <summary>Whose turn it is on one connection: the next request is not given to the server before the answer to this one is out.</summary>
internal sealed class RequestTurn : IDisposable
{
    private readonly CancellationTokenSource _silent = new();
    private volatile TaskCompletionSource _answered = New();

    /// <summary>Completes when the request that was given is answered.</summary>
    public Task Answered => _answered.Task;

    /// <summary>Falls when the client has closed its side: it will say nothing more. A stream ends then; an answer that is due is still given.</summary>
    public CancellationToken Silent => _silent.Token;

    /// <summary>The client has closed its side.</summary>
    public void FallSilent() => _silent.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _silent.Dispose();

    /// <summary>A request is given.</summary>
    public void Begin() => _answered = New();

    /// <summary>Its answer is out.</summary>
    public void End() => _ = _answered.TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
