using Obstat.Core.Records;
using Obstat.Proof.Reasons;

namespace Obstat.Storage.Writing;

/// <summary>A draft on its way. Its caller gets one answer: the writer's, or <c>Late</c>. Whoever comes first decides, and the other sees it.</summary>
internal sealed class Waiting(Draft draft)
{
    private const int BytesBase = 4_096; // what a statement and its surroundings may take

    private readonly TaskCompletionSource<AppendResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _decided;

    internal Draft Draft { get; } = draft;

    internal long Bytes { get; } = BytesBase
        + draft.Blobs.Sum(blob => (long)blob.Bytes.Length)
        + draft.Snapshots.Sum(part => (long)part.Bytes.Length);

    internal Task<AppendResult> Answer => _answer.Task;

    /// <summary>Whether the caller went away.</summary>
    internal bool IsAbandoned => Volatile.Read(ref _decided) == 2;

    /// <summary>The caller goes away. False: the answer was given before.</summary>
    internal bool Abandon() => Interlocked.CompareExchange(ref _decided, 2, 0) == 0;

    /// <summary>Gives the answer. False: the caller went away before, and nothing may follow from what was recorded.</summary>
    internal bool Release(AppendResult result)
    {
        if (Interlocked.CompareExchange(ref _decided, 1, 0) != 0)
        {
            return false;
        }

        _answer.SetResult(result);
        return true;
    }

    internal void Refuse(DenyReason reason) => _ = Release(AppendResult.Refused(reason));
}
