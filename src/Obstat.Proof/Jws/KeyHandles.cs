using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Obstat.Proof.Jws;

/// <summary>Lends one handle of a key to one thread at a time: the framework promises no concurrent use of an instance.</summary>
internal sealed class KeyHandles<T>(Func<T> open) : IDisposable
    where T : AsymmetricAlgorithm
{
    private readonly ConcurrentBag<T> _free = [];

    public T Rent() => _free.TryTake(out var key) ? key : open();

    public void Return(T key) => _free.Add(key);

    /// <summary>Lets the free handles go.</summary>
    public void Dispose()
    {
        while (_free.TryTake(out var key))
        {
            key.Dispose();
        }
    }
}
