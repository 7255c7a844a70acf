using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Statements;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Publishing;

/// <summary>
/// Reads the published log again, a full bundle at a time, over and over, each pass at most once a day: leaves against their tile, statements against their leaves, sealed blobs against the digests that statements name,
/// the tile against the published root. What a disk forgot in silence is found while copies of it still exist; nothing is repaired.
/// </summary>
internal sealed class Scrubber(LedgerReader reader, TimeProvider time)
{
    private static readonly TimeSpan PassEvery = TimeSpan.FromDays(1);

    private long _next = -1;     // number of the bundle that is read next
    private long _left;          // bundles of this pass
    private DateTimeOffset _due; // when the next pass may begin

    /// <summary>Reads one bundle, where one is due. Throws <see cref="LedgerUnavailableException"/> naming what does not fit.</summary>
    /// <param name="published">Right edge of the published tree.</param>
    internal void Step(MerkleEdge published)
    {
        var bundles = published.Size / TileAddress.WidthFull;
        if (_left == 0 && bundles > 0 && time.GetUtcNow() >= _due)
        {
            // From anywhere: a process that often starts again must not always read the same beginning.
            (_left, _due) = (bundles, time.GetUtcNow() + PassEvery);
            _next = _next < 0 ? RandomNumberGenerator.GetInt32((int)Math.Min(bundles, int.MaxValue)) : _next;
        }

        if (_left > 0)
        {
            _next %= bundles;
            Read(_next++, published);
            _left--;
        }
    }

    private void Read(long bundle, MerkleEdge published)
    {
        // What was read before says nothing of what the file holds now.
        reader.Forget();
        var first = bundle * TileAddress.WidthFull;
        var tile = reader.Tile(new(0, bundle, TileAddress.WidthFull));
        var at = 0;
        foreach (var (leaf, statement) in reader.Entries(first, first + TileAddress.WidthFull).ToArray())
        {
            var source = $"entry {(first + at).ToString(CultureInfo.InvariantCulture)}";
            Require(TreeHash.Leaf(leaf).ToArray().AsSpan().SequenceEqual(tile.AsSpan(at * Digest.Length, Digest.Length)), source, "the leaf of its tile");
            Require(Leaf.TryReadDigest(leaf, out var digest) && digest == Pae.Digest(statement), source, "the statement of its leaf");
            foreach (var reference in Sealed(statement))
            {
                Require(reader.Blob(reference.Cipher) is not null, source, $"the sealed blob {reference.Cipher}");
            }

            at++;
        }

        var hash = Digest.TryFromBytes(tile.AsSpan(0, Digest.Length), out var leafHash) ? leafHash : default;
        Require(
            InclusionProof.Verifies(first, published.Size, hash, reader.Inclusion(first, published.Size), published.Root),
            $"tile 0/{bundle.ToString(CultureInfo.InvariantCulture)}",
            "hashes that lead to the published root");
    }

    private static ImmutableArray<SealedReference> Sealed(byte[] statement) => WrittenStatement.TryRead(statement, out var written, out _) ? SealedIn.Of(written.Statement) : [];

    private static void Require(bool holds, string source, string expected)
    {
        if (!holds)
        {
            throw new LedgerUnavailableException($"{source}: expected {expected}, got other bytes");
        }
    }
}
