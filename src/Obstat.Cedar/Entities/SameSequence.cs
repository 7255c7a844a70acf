using System.Collections.Immutable;

namespace Obstat.Cedar.Entities;

/// <summary>Arrays are the same if their elements are, in order.</summary>
internal sealed class SameSequence<T> : IEqualityComparer<ImmutableArray<T>>
    where T : IEquatable<T>
{
    public static SameSequence<T> Default { get; } = new();

    public bool Equals(ImmutableArray<T> x, ImmutableArray<T> y) => x.AsSpan().SequenceEqual(y.AsSpan());

    public int GetHashCode(ImmutableArray<T> obj)
    {
        var hash = default(HashCode);
        foreach (var item in obj)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }
}
