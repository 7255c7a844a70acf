using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>
/// The enforcement state as a snapshot by digest, which is how it goes from one log into the next: <c>genesis.state</c> is the digest of the roots of its parts, each root the digest of a row or of two nodes below it. So every
/// byte is named by the one that names it, from the genesis on.
/// </summary>
public static class CarriedState
{
    private const int DepthMax = 8 * Digest.Length;
    private const int BranchLength = 1 + (2 * Digest.Length);

    /// <summary>All bytes of a state, each under its digest.</summary>
    public static ImmutableArray<SnapshotPart> Write(StateParts parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var digests = parts.Digests;
        return [new(digests.Digest, digests.ToBytes()), .. StateDigests.Names.SelectMany(name => parts[name].Nodes).Select(node => new SnapshotPart(node.Digest, node.Bytes)).DistinctBy(part => part.Digest)];
    }

    /// <summary>Reads a state again.</summary>
    /// <param name="state">Its digest.</param>
    /// <param name="snapshot">Gives the bytes under a digest; null where there are none.</param>
    /// <param name="parts">The rows.</param>
    /// <param name="error">What is missing or other.</param>
    public static bool TryRead(in Digest state, Func<Digest, byte[]?> snapshot, [NotNullWhen(true)] out StateParts? parts, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        parts = null;
        if (state == StateDigests.Empty.Digest)
        {
            (parts, error) = (StateParts.Empty, null);
            return true;
        }

        if (!TryBytes(state, snapshot, out var bytes, out error))
        {
            return false;
        }

        if (!StateDigests.TryParse(bytes, out var digests))
        {
            error = $"expected the roots of the parts under {state}";
            return false;
        }

        var read = StateParts.Empty;
        foreach (var name in StateDigests.Names)
        {
            var tree = StateTree.Empty;
            if (!TryNode(digests[name], snapshot, 0, ref tree, out error))
            {
                return false;
            }

            read = tree.Count > 0 ? read.With(name, tree) : read;
        }

        // Rows that stand where their keys do not belong give another tree.
        error = read.Digests.Digest == state ? null : $"expected the state {state}, got {read.Digests.Digest}";
        parts = error is null ? read : null;
        return parts is not null && error is null;
    }

    private static bool TryNode(in Digest node, Func<Digest, byte[]?> snapshot, int depth, ref StateTree tree, [NotNullWhen(false)] out string? error)
    {
        if (node == TreeHash.Empty)
        {
            error = null;
            return true;
        }

        if (!TryBytes(node, snapshot, out var bytes, out error))
        {
            return false;
        }

        if (bytes.Length == BranchLength && bytes[0] == 1 && depth <= DepthMax)
        {
            _ = Digest.TryFromBytes(bytes.AsSpan(1, Digest.Length), out var left);
            _ = Digest.TryFromBytes(bytes.AsSpan(1 + Digest.Length), out var right);
            return TryNode(left, snapshot, depth + 1, ref tree, out error) && TryNode(right, snapshot, depth + 1, ref tree, out error);
        }

        if (bytes.Length > 1 && bytes[0] == 0 && StrictJson.TryParse(bytes.AsSpan(1), out var row, out _) && row.Items is [var key, var value])
        {
            tree = tree.With(key, value);
            return true;
        }

        error = $"expected a row or two nodes under {node}";
        return false;
    }

    private static bool TryBytes(in Digest digest, Func<Digest, byte[]?> snapshot, [NotNullWhen(true)] out byte[]? bytes, [NotNullWhen(false)] out string? error)
    {
        bytes = snapshot(digest);
        error = bytes is null ? $"expected the bytes of {digest}, got none" : Digest.Of(bytes) == digest ? null : $"expected the bytes of {digest}, got others";
        return error is null && bytes is not null;
    }
}
