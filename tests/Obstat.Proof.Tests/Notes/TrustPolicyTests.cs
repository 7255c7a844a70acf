using System.Buffers.Binary;
using System.Text;
using NSec.Cryptography;
using Obstat.Proof.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Notes;

public sealed class TrustPolicyTests
{
    private const string Origin = "log.example";
    private static readonly NoteSigner Log = NoteSigner.FromSeed(Origin, Digest.Of("log"u8).ToArray());
    private static readonly Witness[] Witnesses = [.. Enumerable.Range(0, 5).Select(i => new Witness($"witness.example/{i}", i))];

    [Theory]
    [InlineData("quorum none", 0, true)]
    [InlineData("quorum w0", 0b00001, true)]
    [InlineData("quorum w0", 0b00010, false)]
    [InlineData("group g 2 w0 w1 w2\nquorum g", 0b00101, true)]
    [InlineData("group g 2 w0 w1 w2\nquorum g", 0b00100, false)]
    [InlineData("group g 2 w0 w1 w2\nquorum g", 0b11000, false)]
    [InlineData("group g all w0 w1\nquorum g", 0b00011, true)]
    [InlineData("group g all w0 w1\nquorum g", 0b00010, false)]
    [InlineData("group g any w0 w1\nquorum g", 0b00010, true)]
    [InlineData("group a any w0 w1\ngroup b 2 w2 w3 w4\ngroup c all a b\nquorum c", 0b01101, true)]
    [InlineData("group a any w0 w1\ngroup b 2 w2 w3 w4\ngroup c all a b\nquorum c", 0b11100, false)]
    public void A_quorum_is_reached_by_exactly_the_named_witnesses(string rule, int cosigned, bool reached)
    {
        var note = Head();
        for (var i = 0; i < Witnesses.Length; i++)
        {
            note = ((cosigned >> i) & 1) == 1 ? note.With(Witnesses[i].Cosign(note, 1_795_000_000 + i)) : note;
        }

        var verdict = Policy(rule).Judge(note);
        Assert.Equal((reached, null), (verdict.QuorumReached, verdict.Error));
        Assert.Equal(System.Numerics.BitOperations.PopCount((uint)cosigned), verdict.Cosignatures.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("quorum")]
    [InlineData("quorum none\nquorum none")]
    [InlineData("quorum w0 w1")]
    [InlineData("quorum unknown")]
    [InlineData("quorum g\ngroup g any w0")]
    [InlineData("group g any w0 w0\nquorum g")]
    [InlineData("group g any none\nquorum g")]
    [InlineData("group g any\nquorum none")]
    [InlineData("group g 0 w0\nquorum g")]
    [InlineData("group g 2 w0\nquorum g")]
    [InlineData("group g +1 w0\nquorum g")]
    [InlineData("group none any w0\nquorum none")]
    [InlineData("group w1 any w0\nquorum w1")]
    [InlineData("group a any w0\ngroup b any w0\nquorum b")]
    [InlineData("group g any g\nquorum g")]
    [InlineData("witnesses w9\nquorum none")]
    [InlineData("QUORUM none")]
    [InlineData("quorum none\r")]
    [InlineData("quorum none\u007f")]
    [InlineData("quorum none\v")]
    public void What_is_no_policy_is_refused(string rule) => Assert.False(TrustPolicy.TryParse(Encoding.Latin1.GetBytes(Header() + rule), out _, out _));

    [Fact]
    public void The_same_public_key_twice_refuses_under_whatever_name()
    {
        Assert.True(VerifierKey.TryCreate("another.example", NoteKeyType.Cosignature, Log.VerifierKey.PublicKey.Span, out var logAsWitness));
        Assert.True(VerifierKey.TryCreate("another.example", NoteKeyType.Cosignature, Witnesses[0].Key.PublicKey.Span, out var twice));
        Assert.True(VerifierKey.TryCreate("another.example", NoteKeyType.Ed25519, Log.VerifierKey.PublicKey.Span, out var log));
        foreach (var line in new[] { $"witness w9 {logAsWitness}", $"witness w9 {twice}", $"log {log}", $"log {Log.VerifierKey}", $"log {Witnesses[0].Key}", $"witness w9 {log}" })
        {
            Assert.False(TrustPolicy.TryParse(Encoding.UTF8.GetBytes(Header() + line + "\nquorum none\n"), out _, out _), line);
        }
    }

    [Fact]
    public void Comments_blank_lines_tabs_urls_and_32_of_each_are_taken()
    {
        var text = new StringBuilder("# a comment\n \t\n\t log  " + Log.VerifierKey + "\thttps://log.example/ \n");
        for (var i = 0; i < 32; i++)
        {
            text.Append($"witness w{i} {new Witness($"w.example/{i}", 100 + i).Key} https://w.example/\ngroup g{i} any w{i}\n");
        }

        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes(text + "quorum g31"), out var policy, out var error), error);
        Assert.Equal((1, 32), (policy.Logs.Length, policy.Witnesses.Length));
    }

    [Fact]
    public void A_head_without_the_log_or_with_one_wrong_cosignature_is_refused()
    {
        var policy = Policy("quorum w0");
        var note = Head();
        var text = note.TextAsString();
        Assert.NotNull(policy.Judge(SignedNote.Of(text, Witnesses[0].Cosign(note, 5))).Error);
        Assert.NotNull(policy.Judge(note.With(Witnesses[0].Cosign(note, 5)).With(Witnesses[1].Cosign(note, 5) with { Bytes = new byte[72] })).Error);
        var other = NoteSigner.FromSeed("other.example", Digest.Of("other"u8).ToArray());
        Assert.NotNull(policy.Judge(SignedNote.Of(text, other.Sign(note.Text.Span))).Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void A_cosignature_states_a_time_after_1970(long time)
        => Assert.NotNull(Policy("quorum none").Judge(Head().With(Witnesses[0].Cosign(Head(), time))).Error);

    [Fact]
    public void The_cosigned_head_of_our_own_vectors_reaches_its_quorum_and_any_changed_bit_does_not()
    {
        Assert.True(TrustPolicy.TryParse(Vectors.Bytes("evidence/own/policy"), out var policy, out _));
        var bytes = Vectors.Bytes("evidence/own/checkpoint");
        Assert.True(SignedNote.TryParse(bytes, out var note, out _));
        var verdict = policy.Judge(note);
        Assert.Equal((10, true, null), (verdict.Head!.Size, verdict.QuorumReached, verdict.Error));
        NoteTests.ForEachFlip(bytes, bad => Assert.False(SignedNote.TryParse(bad, out var n, out _) && policy.Judge(n) is { Error: null, QuorumReached: true }));
    }

    [Fact]
    public void A_proof_file_reads_back_and_any_changed_bit_of_it_fails()
    {
        Assert.True(TrustPolicy.TryParse(Vectors.Bytes("evidence/own/policy"), out var policy, out _));
        foreach (var i in Enumerable.Range(0, 10))
        {
            var bytes = Vectors.Bytes($"evidence/own/entry{i}.tlog-proof");
            var leaf = Obstat.Proof.Merkle.TreeHash.Leaf(Vectors.Bytes($"evidence/own/entry{i}.leaf"));
            Assert.True(TlogProof.TryParse(bytes, out var proof, out var error), error);
            Assert.Equal(bytes, proof.ToBytes());
            Assert.True(Proves(bytes, leaf, policy));
            if (i % 4 == 0)
            {
                NoteTests.ForEachFlip(bytes, bad => Assert.False(Proves(bad, leaf, policy)));
            }
        }
    }

    [Fact]
    public void A_proof_with_an_extra_line_is_read_and_a_malformed_one_refused()
    {
        var text = File.ReadAllText(Vectors.Shared("evidence/own/entry3.tlog-proof"));
        Assert.True(TlogProof.TryParse(Encoding.UTF8.GetBytes(text.Replace("index", "extra AQI=\nindex", StringComparison.Ordinal)), out var proof, out _));
        Assert.Equal([1, 2], proof.Extra!.Value.ToArray());
        foreach (var (from, to) in new[] { ("@v1", "@v2"), ("index 3", "index 03"), ("index 3", "index -3"), ("index 3\n", ""), ("index 3", "extra AQI\nindex 3"), ("index", "extra AQI=\nextra AQI=\nindex"), ("\n\n", "\n"), ("index 3\n", "index 3\r\n") })
        {
            Assert.False(TlogProof.TryParse(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), out _, out _), to);
        }

        var hash = "\n" + Digest.Of(""u8).ToBase64();
        var note = text[text.IndexOf("\n\n", StringComparison.Ordinal)..];
        Assert.True(TlogProof.TryParse(Encoding.UTF8.GetBytes("c2sp.org/tlog-proof@v1\nindex 3" + string.Concat(Enumerable.Repeat(hash, 63)) + note), out _, out _));
        Assert.False(TlogProof.TryParse(Encoding.UTF8.GetBytes("c2sp.org/tlog-proof@v1\nindex 3" + string.Concat(Enumerable.Repeat(hash, 64)) + note), out _, out _));
    }

    private static bool Proves(byte[] bytes, Digest leaf, TrustPolicy policy)
        => TlogProof.TryParse(bytes, out var proof, out _) && policy.Judge(proof.Note) is { Error: null, QuorumReached: true, Head: { } head }
            && Obstat.Proof.Merkle.InclusionProof.Verifies(proof.Index, head.Size, leaf, proof.Path.AsSpan(), head.Root);

    private static SignedNote Head()
    {
        var text = new Checkpoint(Origin, 3, Digest.Of("root"u8)).ToText();
        return SignedNote.Of(text, Log.Sign(Encoding.UTF8.GetBytes(text)));
    }

    private static string Header() => $"log {Log.VerifierKey}\n" + string.Concat(Witnesses.Select((w, i) => $"witness w{i} {w.Key}\n"));

    private static TrustPolicy Policy(string rule)
    {
        Assert.True(TrustPolicy.TryParse(Encoding.UTF8.GetBytes(Header() + rule + "\n"), out var policy, out var error), error);
        return policy;
    }

    internal sealed class Witness
    {
        private readonly Key _key;

        public Witness(string name, int seed)
        {
            _key = NSec.Cryptography.Key.Import(SignatureAlgorithm.Ed25519, Digest.Of(BitConverter.GetBytes(seed)).ToArray(), KeyBlobFormat.RawPrivateKey);
            Assert.True(VerifierKey.TryCreate(name, NoteKeyType.Cosignature, _key.Export(KeyBlobFormat.RawPublicKey), out var key));
            Key = key;
        }

        public VerifierKey Key { get; }

        public NoteSignature Cosign(SignedNote note, long time)
        {
            var blob = new byte[72];
            BinaryPrimitives.WriteInt64BigEndian(blob, time);
            SignatureAlgorithm.Ed25519.Sign(_key, Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time}\n{note.TextAsString()}")).CopyTo(blob, 8);
            return new(Key.Name, Key.KeyId, blob);
        }
    }
}
