using CsCheck;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Tests;

namespace Obstat.Core.Tests.Records;

/// <summary>The tree of rows whose root is the digest of a part of the state.</summary>
public sealed class StateTreeTests
{
    [Fact]
    public void The_state_digest_of_one_bundle_row_is_that_of_the_published_vector()
        => Assert.Equal("f295e86aba19652578d24c6c21a443d6d7151c601f3adcf8f63fd53198e0a64d", StateTree.Empty.With(JsonValue.Of("law"), JsonValue.Of(1)).Digest.ToHex());

    [Fact]
    public void The_vectors_log_folds_up_to_its_signed_state_digest()
    {
        // The vectors number their messages over all chains; this log joins decisions alone, so the entries whose prev differs are left out.
        var state = LedgerState.Empty;
        foreach (var i in new[] { 0, 1, 2, 3 })
        {
            Assert.True(WrittenStatement.TryRead(Vectors.Bytes($"evidence/own/entry{i}.statement.json"), out var written, out var error), error);
            Assert.True(state.TryApply(written, null, out var next, out error), error);
            state = next;
        }

        Assert.Equal(4, state.Size);
        _ = Assert.Single(state.Open);
        foreach (var i in new[] { 4, 5, 6, 7, 8, 9 })
        {
            Assert.True(WrittenStatement.TryRead(Vectors.Bytes($"evidence/own/entry{i}.statement.json"), out var written, out var error), error);
            Assert.True(state.TryApply(written, null, out var next, out error), $"{i}: {error}");
            state = next;
        }

        Assert.True(state.EndsWithState);
        Assert.Empty(state.Open);
    }

    [Fact]
    public void A_tree_of_rows_depends_on_its_rows_and_not_on_their_history()
        => Gen.Int[0, 40].List[0, 60].Sample(
            keys =>
            {
                var tree = StateTree.Empty;
                var rows = new Dictionary<int, int>();
                for (var i = 0; i < keys.Count; i++)
                {
                    if (i % 3 == 2)
                    {
                        tree = tree.Without(JsonValue.Of(keys[i]));
                        _ = rows.Remove(keys[i]);
                    }
                    else
                    {
                        tree = tree.With(JsonValue.Of(keys[i]), JsonValue.Of(i));
                        rows[keys[i]] = i;
                    }
                }

                var other = rows.OrderByDescending(r => r.Key).Aggregate(StateTree.Empty, (t, r) => t.With(JsonValue.Of(r.Key), JsonValue.Of(r.Value)));
                Assert.Equal(Naive(rows.Select(r => (Digest.Of(JsonValue.Of(r.Key)), JsonValue.Array(JsonValue.Of(r.Key), JsonValue.Of(r.Value)))).ToList(), 0), tree.Digest);
                Assert.Equal(other.Digest, tree.Digest);
                Assert.Equal(rows.Count, tree.Count);
            },
            iter: 200);

    private static Digest Naive(List<(Digest Path, JsonValue Row)> rows, int depth) => rows.Count switch
    {
        0 => Digest.Of([]),
        1 => Digest.Of([0, .. rows[0].Row.ToCanonicalBytes()]),
        _ => Digest.Of([1, .. Naive([.. rows.Where(r => !Bit(r.Path, depth))], depth + 1).ToArray(), .. Naive([.. rows.Where(r => Bit(r.Path, depth))], depth + 1).ToArray()]),
    };

    private static bool Bit(Digest path, int depth) => ((path.ToArray()[depth / 8] >> (7 - (depth % 8))) & 1) == 1;
}
