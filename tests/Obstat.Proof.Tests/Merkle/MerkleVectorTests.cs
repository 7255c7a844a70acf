using System.Text.Json;
using Obstat.Proof.Merkle;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Merkle;

public sealed class MerkleVectorTests
{
    [Fact]
    public void The_reference_tree_has_the_published_hashes_and_roots()
    {
        using var tree = JsonDocument.Parse(Vectors.Bytes("evidence/merkle/rfc6962-reference-tree.json"));
        var leaves = Strings(tree, "leafInputsHex").Select(hex => TreeHash.Leaf(Convert.FromHexString(hex))).ToArray();
        var levels = tree.RootElement.GetProperty("nodeHashesHex").EnumerateArray().Select(l => l.EnumerateArray().Select(h => h.GetString()).ToArray()).ToArray();
        Assert.Equal(levels[0], leaves.Select(Hex));
        for (var level = 1; level < levels.Length; level++)
        {
            leaves = [.. leaves.Chunk(2).Select(pair => TreeHash.Node(pair[0], pair[1]))];
            Assert.Equal(levels[level], leaves.Select(Hex));
        }

        Assert.Equal(tree.RootElement.GetProperty("emptyRootHex").GetString(), Hex(TreeHash.Empty));
        var edge = MerkleEdge.Empty;
        foreach (var (hex, root) in Strings(tree, "leafInputsHex").Zip(Strings(tree, "rootHashesFromSize1Hex")))
        {
            edge = edge.Append(TreeHash.Leaf(Convert.FromHexString(hex)));
            Assert.Equal(root, Hex(edge.Root));
        }
    }

    [Fact]
    public void Every_published_inclusion_case_is_accepted_or_refused_as_stated()
    {
        var seen = 0;
        foreach (var test in Cases("evidence/merkle/inclusion.jsonl"))
        {
            var refused = !TryLong(test, "leafIdx", out var index) || !TryLong(test, "treeSize", out var size)
                || !TryHashes(test, out var leaf, "leafHash") || !TryHashes(test, out var root, "root") || !TryHashes(test, out var path, "proof")
                || !InclusionProof.Verifies(index, size, leaf[0], path, root[0]);
            Assert.True(refused == test.GetProperty("wantErr").GetBoolean(), test.GetProperty("name").GetString());
            seen++;
        }

        Assert.Equal(49, seen);
    }

    [Fact]
    public void Every_published_consistency_case_is_accepted_or_refused_as_stated()
    {
        var seen = 0;
        foreach (var test in Cases("evidence/merkle/consistency.jsonl"))
        {
            var refused = !TryLong(test, "size1", out var old) || !TryLong(test, "size2", out var size)
                || !TryHashes(test, out var before, "root1") || !TryHashes(test, out var root, "root2") || !TryHashes(test, out var proof, "proof")
                || !ConsistencyProof.Verifies(old, before[0], size, root[0], proof);
            Assert.True(refused == test.GetProperty("wantErr").GetBoolean(), test.GetProperty("name").GetString());
            seen++;
        }

        Assert.Equal(43, seen);
    }

    private static IEnumerable<JsonElement> Cases(string path)
        => File.ReadLines(Vectors.Shared(path)).Select(line => JsonDocument.Parse(line).RootElement);

    private static IEnumerable<string> Strings(JsonDocument document, string name)
        => document.RootElement.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    private static bool TryLong(JsonElement test, string name, out long value)
    {
        var wide = test.GetProperty(name).GetUInt64();
        value = wide <= long.MaxValue ? (long)wide : -1;
        return value >= 0;
    }

    private static bool TryHashes(JsonElement test, out Digest[] hashes, string name)
    {
        var member = test.TryGetProperty(name, out var found) ? found : default;
        var texts = member.ValueKind switch
        {
            JsonValueKind.Array => member.EnumerateArray().Select(e => e.GetString()!).ToArray(),
            JsonValueKind.String => [member.GetString()!],
            _ => name == "proof" ? [] : [""],
        };
        var bytes = texts.Select(Convert.FromBase64String).ToArray();
        hashes = bytes.All(b => b.Length == Digest.Length) ? [.. bytes.Select(b => Hash.From(b))] : [];
        return bytes.Length == hashes.Length;
    }

    private static string Hex(Digest digest) => Convert.ToHexStringLower(digest.ToArray());
}
