using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Obstat.Cedar.Fast;

/// <summary>A fixed map from names, asked for by their UTF-8 bytes.</summary>
internal sealed class Utf8Names<T>
    where T : class
{
    private readonly (byte[] Name, T Item)[]?[] _buckets;

    public Utf8Names(IReadOnlyCollection<KeyValuePair<string, T>> items)
    {
        var size = 4;
        while (size < 2 * items.Count)
        {
            size *= 2;
        }

        _buckets = new (byte[], T)[size][];
        foreach (var (name, item) in items)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            ref var bucket = ref _buckets[Hash(bytes) & (size - 1)];
            bucket = [.. bucket ?? [], (bytes, item)];
        }
    }

    public bool TryGet(ReadOnlySpan<byte> name, [NotNullWhen(true)] out T? item)
    {
        foreach (var (known, found) in _buckets[Hash(name) & (_buckets.Length - 1)] ?? [])
        {
            if (name.SequenceEqual(known))
            {
                item = found;
                return true;
            }
        }

        item = null;
        return false;
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = 2166136261u;
        foreach (var b in name)
        {
            hash = unchecked((hash ^ b) * 16777619u);
        }

        return (int)(hash & int.MaxValue);
    }
}
