using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Obstat.Server.Faces;

/// <summary>
/// Where answers of the API and pages are made: a few threads of their own that the kernel gives less of the processor than others. What decides shares the machine with them, and does not wait for them. Safe for concurrent use.
/// </summary>
internal sealed class FaceThreads : SynchronizationContext, IDisposable
{
    private const int KindnessMax = 19;
    // A third of the weight of a thread that decides, where both want the processor: enough to give way, and pages still come on a machine that is full.
    private const int Kindness = 5;

    private readonly BlockingCollection<(SendOrPostCallback Work, object? State)> _waiting = [];
    private readonly List<Thread> _threads = [];

    /// <summary>Begins so many threads under a name.</summary>
    public FaceThreads(string name, int threads)
    {
        for (var i = 0; i < threads; i++)
        {
            var thread = new Thread(Run) { IsBackground = true, Name = name };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>Makes the calling thread stand back behind those that decide. On Linux a thread has a priority of its own; elsewhere nothing is done.</summary>
    public static void StandBack()
    {
        if (OperatingSystem.IsLinux())
        {
            // Behind those that decide, whatever the whole program was started with. Refused only where it would go up: what is not had is not needed.
            _ = SetPriority(0, 0, Math.Min(KindnessMax, GetPriority(0, 0) + Kindness));
        }
    }

    /// <summary>Runs work here, with all that it awaits.</summary>
    public Task RunAsync(Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(async _ =>
        {
#pragma warning disable CA1031 // It is thrown again where it was asked for.
            try
            {
                await work();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
#pragma warning restore CA1031
        }, null);
        return done.Task;
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _waiting.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The process ends: who waits is told elsewhere.
            _ = ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    public void Dispose()
    {
        _waiting.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    private void Run()
    {
        StandBack();
        SetSynchronizationContext(this);
        foreach (var (work, state) in _waiting.GetConsumingEnumerable())
        {
            work(state);
        }
    }

#pragma warning disable SYSLIB1054, CA5392 // Nothing is marshalled.
    [DllImport("libc", EntryPoint = "setpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int value);

    [DllImport("libc", EntryPoint = "getpriority"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetPriority(int which, uint who);
#pragma warning restore SYSLIB1054, CA5392
}
