using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;
using Obstat.Proof.Statements;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Statements;

public sealed class DigestTests
{
    [Fact]
    public void The_bundles_part_and_the_state_digest_of_the_vectors_are_computed_from_their_row()
    {
        Assert.True(Statement.TryParse(Vectors.Bytes("evidence/own/entry9.statement.json"), out var statement, out _));
        var bundles = TreeHash.Leaf(JsonValue.Array(JsonValue.Of("law"), JsonValue.Of(1)).ToCanonicalBytes()); // a part of one row is the hash of that row
        var parts = StateDigests.Empty.With("bundles", bundles);
        Assert.Equal(((StateStatement)statement).Parts, parts);
        Assert.True(Statement.TryParse(Vectors.Bytes("evidence/own/entry0.statement.json"), out var genesis, out _));
        Assert.Equal(((GenesisStatement)genesis).State, StateDigests.Empty.Digest);
        Assert.Throws<ArgumentException>(() => parts.With("other", bundles));
    }

    [Fact]
    public void A_policy_set_is_its_files_in_order_with_their_lengths()
    {
        (string, ReadOnlyMemory<byte>)[] files = [("b.cedar", "permit;"u8.ToArray()), ("a/ü.json", "{}"u8.ToArray())];
        Assert.Equal("execution-policy-set-1\n9\na/ü.json\n2\n{}7\nb.cedar\n7\npermit;", Encoding.UTF8.GetString(PolicySetDigest.Bytes(files)));
        Assert.Equal(PolicySetDigest.Of(files), PolicySetDigest.Of(files.Reverse()));
        Assert.Throws<ArgumentException>(() => PolicySetDigest.Of([files[0], files[0]]));
    }
}
