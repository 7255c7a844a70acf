using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Obstat.Proof.Json;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Proof.Tests.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Sealing;

public sealed class SealedBlobTests
{
    private const string Origin = "t-1.demo7q2x.obstat.internal";

    [Theory]
    [InlineData("entry3.request", "request", 3)]
    [InlineData("entry6.request", "request", 6)]
    [InlineData("entry4.response", "response", 4)]
    public void A_blob_of_the_vectors_opens_seals_again_and_is_the_one_that_the_statement_names(string file, string role, int entry)
    {
        var (blob, plain) = (Vectors.Bytes($"evidence/own/{file}.blob"), Vectors.Bytes($"evidence/own/{file}.json"));
        Assert.True(SealedBlob.TryOpen(DataKey(), Origin, role, blob, out var opened));
        Assert.Equal(plain, opened);
        Assert.True(SealedContent.TryParse(role, plain, out var content, out var error), error);
        Assert.Equal(plain, content.ToBytes());
        Assert.True(SealedBlob.TryScope(blob, out var scope));
        Assert.Equal(blob, SealedBlob.Seal(DataKey(), blob.AsSpan(21, 12), scope, Origin, role, plain));
        Assert.True(Statement.TryParse(Vectors.Bytes($"evidence/own/entry{entry}.statement.json"), out var statement, out _));
        var named = statement switch { DecisionStatement d => d.Sealed, OutcomeStatement o => o.Sealed, _ => [] };
        Assert.Equal([SealedBlob.Reference(role, blob, plain)], named);
    }

    [Fact]
    public void Every_changed_bit_another_key_origin_or_role_refuses()
    {
        var blob = Vectors.Bytes("evidence/own/entry3.request.blob");
        NoteTests.ForEachFlip(blob, bad => Assert.False(SealedBlob.TryOpen(DataKey(), Origin, "request", bad, out _)));
        Assert.False(SealedBlob.TryOpen(DataKey(), Origin, "context", blob, out _));
        Assert.False(SealedBlob.TryOpen(DataKey(), "other.example", "request", blob, out _));
        Assert.False(SealedBlob.TryOpen(new byte[32], Origin, "request", blob, out _));
        Assert.False(SealedBlob.TryOpen(new byte[31], Origin, "request", blob, out _));
        Assert.False(SealedBlob.TryOpen(DataKey(), Origin, "request", blob.AsSpan(0, 40), out _));
        Assert.False(SealedBlob.TryOpen(DataKey(), Origin, "request", [], out _));
    }

    [Fact]
    public void Whatever_is_sealed_opens_again()
        => Gen.Byte.Array[0, 2_000].Sample(plain =>
        {
            var (key, nonce, scope) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(12), RandomNumberGenerator.GetBytes(16));
            return SealedBlob.TryOpen(key, "o", "request", SealedBlob.Seal(key, nonce, scope, "o", "request", plain), out var opened) && opened.AsSpan().SequenceEqual(plain);
        }, iter: 200);

    [Fact]
    public void A_blob_of_more_than_1_MiB_is_neither_made_nor_taken()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SealedBlob.Seal(new byte[32], new byte[12], new byte[16], "o", "request", new byte[1 << 20]));
        Assert.False(SealedBlob.TryScope([.. "SEAL1"u8, .. new byte[1 << 20]], out _));
    }

    [Theory]
    [InlineData("request", "{\"action\":{}}")]
    [InlineData("request", "{\"action\":{},\"salt\":\"wvc_MLD1v8GZCFlv4I-fo\"}")]
    [InlineData("request", "{\"action\":{},\"salt\":\"wvc_MLD1v8GZCFlv4I-foB\"}")]
    [InlineData("request", "{\"action\":{},\"salt\":\"wvc_MLD1v8GZCFlv4I-foA\",\"x\":1}")]
    [InlineData("request", "{\"salt\":\"wvc_MLD1v8GZCFlv4I-foA\",\"action\":{}}")]
    [InlineData("response", "{\"action\":{},\"salt\":\"wvc_MLD1v8GZCFlv4I-foA\"}")]
    [InlineData("other", "{\"action\":{},\"salt\":\"wvc_MLD1v8GZCFlv4I-foA\"}")]
    public void What_is_no_content_of_the_role_is_refused(string role, string plain) => Assert.False(SealedContent.TryParse(role, Encoding.UTF8.GetBytes(plain), out _, out _));

    [Fact]
    public void Content_is_made_for_each_role()
    {
        Assert.Equal("{\"action\":{\"kind\":\"mcp\"},\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\"}", Encoding.UTF8.GetString(
            SealedContent.Of("request", new byte[16], ("action", JsonValue.Object(("kind", JsonValue.Of("mcp"))))).ToBytes()));
        Assert.Throws<ArgumentException>(() => SealedContent.Of("context", new byte[16], ("action", JsonValue.Null)));
    }

    private static byte[] DataKey() => Convert.FromHexString(File.ReadAllText(Vectors.Shared("evidence/own/data-key.hex")).TrimEnd());
}
