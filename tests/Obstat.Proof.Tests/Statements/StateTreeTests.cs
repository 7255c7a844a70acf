using System.Text;
using CsCheck;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Statements;

public sealed class StateTreeTests
{
    [Fact]
    public void The_bundles_part_and_the_state_digest_of_the_vectors_are_computed_from_their_row()
    {
        Assert.True(Statement.TryParse(Vectors.Bytes("evidence/own/entry9.statement.json"), out var statement, out _));
        var bundles = StateTree.Empty.Set(JsonValue.Of("law"), JsonValue.Of(1));
        var parts = StateDigests.Empty.With("bundles", bundles.Root);
        Assert.Equal(((StateStatement)statement).Parts, parts);
        Assert.True(Statement.TryParse(Vectors.Bytes("evidence/own/entry0.statement.json"), out var genesis, out _));
        Assert.Equal(((GenesisStatement)genesis).State, StateDigests.Empty.Digest);
        Assert.Throws<ArgumentException>(() => parts.With("other", bundles.Root));
    }

    [Fact]
    public void A_tree_changed_in_any_order_has_the_root_and_the_rows_that_the_definition_gives()
        => Gen.Select(Gen.Int[0, 30], Gen.Int[0, 3]).Array[0, 60].Sample(changes =>
        {
            var rows = new Dictionary<JsonValue, JsonValue>();
            var tree = StateTree.Empty;
            foreach (var (key, change) in changes)
            {
                var k = JsonValue.Array(JsonValue.Of("k"), JsonValue.Of(key));
                if (change == 0)
                {
                    rows.Remove(k);
                    tree = tree.Remove(k);
                }
                else
                {
                    rows[k] = JsonValue.Of(change);
                    tree = tree.Set(k, JsonValue.Of(change));
                }
            }

            Assert.Equal(Naive([.. rows.Select(r => (r.Key, r.Value))], 0), tree.Root);
            Assert.Equal(rows.Count, tree.Count);
            Assert.Equal(rows.Count, tree.Rows.Count());
            Assert.All(tree.Rows, row => Assert.Equal(rows[row.Key], row.Value));
            Assert.All(rows, row => Assert.Equal(row.Value, tree[row.Key]));
            Assert.Null(tree[JsonValue.Of("absent")]);
            Assert.Equal(tree.Root, StateTree.Of(rows.Reverse().Select(r => (r.Key, r.Value))).Root);
        }, iter: 300);

    [Fact]
    public void A_policy_set_is_its_files_in_order_with_their_lengths()
    {
        (string, ReadOnlyMemory<byte>)[] files = [("b.cedar", "permit;"u8.ToArray()), ("a/ü.json", "{}"u8.ToArray())];
        Assert.Equal("execution-policy-set-1\n9\na/ü.json\n2\n{}7\nb.cedar\n7\npermit;", Encoding.UTF8.GetString(PolicySetDigest.Bytes(files)));
        Assert.Equal(PolicySetDigest.Of(files), PolicySetDigest.Of(files.Reverse()));
        Assert.Throws<ArgumentException>(() => PolicySetDigest.Of([files[0], files[0]]));
    }

    private static Digest Naive((JsonValue Key, JsonValue Value)[] rows, int bit) => rows.Length switch
    {
        0 => Digest.Of([]),
        1 => Digest.Of([0, .. JsonValue.Array(rows[0].Key, rows[0].Value).ToCanonicalBytes()]),
        _ => Digest.Of([1, .. Naive([.. rows.Where(r => !Bit(r.Key, bit))], bit + 1).ToArray(), .. Naive([.. rows.Where(r => Bit(r.Key, bit))], bit + 1).ToArray()]),
    };

    private static bool Bit(JsonValue key, int bit) => (Digest.Of(key).ToArray()[bit / 8] & (128 >> (bit % 8))) != 0;
}
