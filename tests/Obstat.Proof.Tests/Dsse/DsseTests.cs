using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Dsse;

public sealed class DsseTests
{
    [Fact]
    public void The_official_example_has_this_encoding_and_its_raw_signature_verifies_over_it()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("evidence/dsse/helloworld.json"));
        var root = file.RootElement;
        var pae = Pae.Of(root.GetProperty("payloadType").GetString()!, Encoding.UTF8.GetBytes(root.GetProperty("payload").GetString()!));
        Assert.Equal(root.GetProperty("pae").GetString(), Encoding.UTF8.GetString(pae));
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Coordinate("x"), Y = Coordinate("y") } });
        var signature = Convert.FromBase64String(root.GetProperty("envelope").GetProperty("signatures")[0].GetProperty("sig").GetString()!);
        Assert.True(key.VerifyData(pae, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        Assert.False(P256PublicKey.Of(key).Verifies(Digest.Of(pae), signature)); // raw r||s is no DER

        byte[] Coordinate(string name) => System.Numerics.BigInteger.Parse(root.GetProperty("key").GetProperty(name).GetString()!).ToByteArray(isUnsigned: true, isBigEndian: true);
    }

    [Fact]
    public void The_digest_of_a_statement_is_that_of_its_encoding()
        => Assert.Equal(Digest.Of(Pae.Of(Names.StatementPayloadType, "{}"u8)), Pae.Digest("{}"u8));

    [Fact]
    public void Every_envelope_and_leaf_of_the_vectors_verifies_under_its_key_and_is_written_again_byte_for_byte()
    {
        for (var i = 0; i < 10; i++)
        {
            var statement = Vectors.Bytes($"evidence/own/entry{i}.statement.json");
            var envelopeBytes = Vectors.Bytes($"evidence/own/entry{i}.dsse.json");
            Assert.True(Envelope.TryParse(envelopeBytes, out var envelope, out var error), error);
            Assert.Equal(envelopeBytes, envelope.ToBytes());
            Assert.Equal(statement, envelope.Payload.ToArray());

            var leafBytes = Vectors.Bytes($"evidence/own/entry{i}.leaf");
            Assert.True(Leaf.TryParse(leafBytes, out var leaf));
            Assert.Equal(leafBytes, Leaf.Write(Pae.Digest(statement), envelope.Signature.Span, leaf.Key));
            Assert.True(leaf.Signs(statement));
            Assert.True(envelope.Verifies(leaf.Key));
            Assert.Equal(File.ReadAllText(Vectors.Shared(i == 4 ? "evidence/own/gateway.pem" : "evidence/own/plane.pem")), leaf.Key.ToPem());
        }
    }

    [Fact]
    public void Every_changed_bit_of_a_leaf_is_refused_or_does_not_sign_the_statement()
    {
        var statement = Vectors.Bytes("evidence/own/entry3.statement.json");
        Notes.NoteTests.ForEachFlip(Vectors.Bytes("evidence/own/entry3.leaf"), bad => Assert.False(Leaf.TryParse(bad, out var leaf) && leaf.Signs(statement)));
    }

    [Fact]
    public void Every_changed_bit_of_an_envelope_is_refused_or_does_not_verify()
    {
        Assert.True(Leaf.TryParse(Vectors.Bytes("evidence/own/entry7.leaf"), out var leaf));
        Notes.NoteTests.ForEachFlip(Vectors.Bytes("evidence/own/entry7.dsse.json"), bad => Assert.False(Envelope.TryParse(bad, out var envelope, out _) && envelope.Verifies(leaf.Key)));
    }

    [Fact]
    public void Every_changed_bit_of_a_statement_breaks_its_signature()
    {
        Assert.True(Leaf.TryParse(Vectors.Bytes("evidence/own/entry8.leaf"), out var leaf));
        Notes.NoteTests.ForEachFlip(Vectors.Bytes("evidence/own/entry8.statement.json"), bad => Assert.False(leaf.Signs(bad)));
    }

    [Theory]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[]}")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"AAAA\"},{\"sig\":\"AAAA\"}]}")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"keyid\":\"k\",\"sig\":\"AAAA\"}]}")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"application/json\",\"signatures\":[{\"sig\":\"AAAA\"}]}")]
    [InlineData("{\"payload\":\"e30\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"AAAA\"}]}")]
    [InlineData("{\"payload\":\"e31=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"AAAA\"}]}")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"AAAA\"}]} ")]
    [InlineData("{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\"e30=\",\"signatures\":[{\"sig\":\"AAAA\"}]}")]
    [InlineData("{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":\"AAAA\"}],\"x\":1}")]
    [InlineData("")]
    public void What_is_no_envelope_is_refused(string text)
    {
        Assert.False(Envelope.TryParse(Encoding.UTF8.GetBytes(text), out _, out var error));
        Assert.NotNull(error);
    }

    [Fact]
    public void A_statement_that_we_sign_verifies_and_under_another_key_does_not()
    {
        using var signer = StatementSigner.Generate();
        using var other = StatementSigner.Generate();
        var statement = "{\"a\":1}"u8.ToArray();
        for (var i = 0; i < 200; i++)
        {
            var signature = signer.Sign(statement);
            var leaf = Leaf.Write(Pae.Digest(statement), signature, signer.PublicKey);
            Assert.True(leaf.Length <= 492);
            Assert.True(Leaf.TryParse(leaf, out var read) && read.Signs(statement));
            Assert.Equal(TreeHash.Leaf(leaf), read.Hash);
            Assert.False(other.PublicKey.Verifies(Pae.Digest(statement), signature));
        }
    }

    [Fact]
    public void Every_valid_DER_signature_of_the_wycheproof_set_verifies_and_every_other_does_not()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("evidence/wycheproof/ecdsa_secp256r1_sha256_test.json.gz"));
        var seen = 0;
        foreach (var group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            Assert.True(P256PublicKey.TryFromSpki(Convert.FromHexString(group.GetProperty("publicKeyDer").GetString()!), out var key));
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var digest = Digest.Of(Convert.FromHexString(test.GetProperty("msg").GetString()!));
                var verified = key.Verifies(digest, Convert.FromHexString(test.GetProperty("sig").GetString()!));
                Assert.True(verified == (test.GetProperty("result").GetString() == "valid"), $"{test.GetProperty("tcId")} {test.GetProperty("comment")} {test.GetProperty("result")}");
                seen++;
            }
        }

        Assert.Equal(484, seen);
    }

    [Fact]
    public void Keys_of_another_curve_or_encoding_and_points_off_the_curve_are_refused()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var spki = p256.ExportSubjectPublicKeyInfo();
        Assert.True(P256PublicKey.TryFromSpki(spki, out _));
        Assert.False(P256PublicKey.TryFromSpki(p384.ExportSubjectPublicKeyInfo(), out _));
        Assert.False(P256PublicKey.TryFromSpki([.. spki, 0], out _));
        Assert.False(P256PublicKey.TryFromSpki(spki.AsSpan(0, 90), out _));
        Assert.False(P256PublicKey.TryFromSpki([.. spki[..27], .. new byte[64]], out _));
        spki[90] ^= 1;
        Assert.False(P256PublicKey.TryFromSpki(spki, out _));
        Assert.Throws<ArgumentException>(() => P256PublicKey.Of(p384));
    }
}
