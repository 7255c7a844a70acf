using System.Text;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Notes;

public sealed class NoteTests
{
    private const string Name = "log.example";
    private static readonly NoteSigner Signer = NoteSigner.FromSeed(Name, Digest.Of("a public test key"u8).ToArray());

    [Fact]
    public void The_example_of_the_spec_opens_and_any_changed_bit_refuses()
    {
        Assert.True(VerifierKey.TryParse(File.ReadAllText(Vectors.Shared("evidence/c2sp/note-example.vkey")).TrimEnd(), out var key));
        var bytes = Vectors.Bytes("evidence/c2sp/note-example.note");
        Assert.True(Opens(bytes, key));
        ForEachFlip(bytes, bad => Assert.False(Opens(bad, key)));
    }

    [Fact]
    public void A_vkey_with_any_changed_bit_is_refused_or_another_key()
    {
        var text = Signer.VerifierKey.ToString();
        Assert.True(VerifierKey.TryParse(text, out var key));
        Assert.Equal(Signer.VerifierKey, key);
        ForEachFlip(Encoding.ASCII.GetBytes(text), bad => Assert.False(VerifierKey.TryParse(Encoding.Latin1.GetString(bad), out _)));
        foreach (var bad in new[] { text + " ", text + "\n", " " + text, text.ToUpperInvariant(), "", "a+b", null, "+802875c6+AA==" })
        {
            Assert.False(VerifierKey.TryParse(bad, out _));
        }
    }

    [Fact]
    public void A_key_of_an_unknown_type_is_refused()
    {
        foreach (var type in Enumerable.Range(0, 256).Except([1, 4]))
        {
            Assert.False(VerifierKey.TryCreate(Name, (NoteKeyType)type, Signer.VerifierKey.PublicKey.Span, out _));
        }
    }

    [Theory]
    [InlineData("no end")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n\n— a AAAAAAA=")]
    [InlineData("text\n\n— a AAAA\n")]
    [InlineData("text\n\n- a AAAAAAA=\n")]
    [InlineData("text\n\n—  AAAAAAA=\n")]
    [InlineData("text\n\n— a+b AAAAAAA=\n")]
    [InlineData("text\n\n— a AAAAAAA= \n")]
    [InlineData("text\n\n— a AAAAAAB=\n")]
    [InlineData("text\n\n— a AAAAAAA=\n\n")]
    [InlineData("te\txt\n\n— a AAAAAAA=\n")]
    [InlineData("text\r\n\n— a AAAAAAA=\n")]
    [InlineData("text\n\n— a\u00a0b AAAAAAA=\n")]
    [InlineData("")]
    public void What_is_no_note_is_refused(string text) => Assert.False(SignedNote.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void Invalid_utf8_a_note_that_is_too_long_and_a_17th_signature_are_refused()
    {
        var line = new NoteSignature("x", 1, new byte[64]);
        Assert.False(SignedNote.TryParse([0xC3, 0x28, .. Encoding.UTF8.GetBytes("\n\n" + line.ToLine())], out _, out _));
        Assert.False(SignedNote.TryParse(Encoding.UTF8.GetBytes(new string('a', SignedNote.BytesMax) + "\n\n" + line.ToLine()), out _, out _));
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes("a\n\n" + string.Concat(Enumerable.Repeat(line.ToLine(), 16))), out _, out _));
        Assert.False(SignedNote.TryParse(Encoding.UTF8.GetBytes("a\n\n" + string.Concat(Enumerable.Repeat(line.ToLine(), 17))), out _, out _));
    }

    [Fact]
    public void Text_and_signatures_part_at_the_last_empty_line()
    {
        var text = "one\n\ntwo\n";
        var note = SignedNote.Of(text, Signer.Sign(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, note.TextAsString());
        Assert.True(Opens(note.Bytes.ToArray(), Signer.VerifierKey));
    }

    [Fact]
    public void Unknown_signatures_are_ignored_and_one_wrong_signature_of_a_known_key_refuses_the_note()
    {
        var good = Signer.Sign("text\n"u8);
        var unknown = new NoteSignature("other.example", 7, new byte[64]);
        var wrong = good with { Bytes = new byte[64] };
        Assert.True(Opens(SignedNote.Of("text\n", unknown, good).Bytes.ToArray(), Signer.VerifierKey));
        Assert.True(Opens(SignedNote.Of("text\n", good, good with { KeyId = 1 }).Bytes.ToArray(), Signer.VerifierKey));
        Assert.False(Opens(SignedNote.Of("text\n", good, wrong).Bytes.ToArray(), Signer.VerifierKey));
        Assert.False(Opens(SignedNote.Of("text\n", unknown).Bytes.ToArray(), Signer.VerifierKey));
    }

    [Fact]
    public void The_same_line_twice_counts_once()
    {
        var line = Signer.Sign("text\n"u8);
        Assert.True(SignedNote.Of("text\n", line, line).TryVerify([Signer.VerifierKey], out var verified, out _));
        Assert.Single(verified);
    }

    [Theory]
    [InlineData("a.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", true)]
    [InlineData("a.example\n1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", true)]
    [InlineData("a.example\n9223372036854775807\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", true)]
    [InlineData("a.example\n9223372036854775808\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", false)]
    [InlineData("a.example\n0\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", false)]
    [InlineData("a.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", false)]
    [InlineData("a.example\n01\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", false)]
    [InlineData("a.example\n+1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", false)]
    [InlineData("a.example\n-1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", false)]
    [InlineData("a.example\n1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeR=\n", false)]
    [InlineData("a.example\n1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzQ==\n", false)]
    [InlineData("a.example\n1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=", false)]
    [InlineData("a.example\n1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\nextension\n", false)]
    [InlineData("a+b\n1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", false)]
    [InlineData("\n1\n2prXV0PpCAf9lkgKhYvwU5BblwykfaJ9P1JvmqBWzeQ=\n", false)]
    public void A_checkpoint_has_three_lines_and_one_spelling(string text, bool accepted)
    {
        Assert.Equal(accepted, Checkpoint.TryParse(text, out var checkpoint));
        Assert.Equal(accepted ? text : null, checkpoint?.ToText());
    }

    [Fact]
    public void A_head_signer_signs_growth_and_refuses_everything_after_one_fork()
    {
        using var heads = new HeadSigner(NoteSigner.Generate(Name));
        var (a, b) = (Digest.Of("a"u8), Digest.Of("b"u8));
        Assert.True(heads.TrySign(0, TreeHash.Empty, out _));
        Assert.True(heads.TrySign(5, a, out var first));
        Assert.True(heads.TrySign(5, a, out var again));
        Assert.Equal(first.Bytes.ToArray(), again.Bytes.ToArray());
        Assert.True(Checkpoint.TryOpen(first, heads.VerifierKey, out var head, out _));
        Assert.Equal(new Checkpoint(Name, 5, a), head);
        Assert.False(heads.TrySign(5, b, out _));
        Assert.True(heads.IsPoisoned);
        Assert.False(heads.TrySign(5, a, out _));
        Assert.False(heads.TrySign(6, a, out _));
    }

    [Fact]
    public void A_head_signer_refuses_a_smaller_size_and_what_contradicts_the_head_it_resumed_from()
    {
        using var heads = new HeadSigner(NoteSigner.Generate(Name));
        Assert.True(heads.TryResume(7, Digest.Of("a"u8)));
        Assert.False(heads.TrySign(6, Digest.Of("a"u8), out _));
        using var others = new HeadSigner(NoteSigner.Generate(Name));
        Assert.True(others.TryResume(7, Digest.Of("a"u8)));
        Assert.False(others.TrySign(7, Digest.Of("b"u8), out _));
        using var empty = new HeadSigner(NoteSigner.Generate(Name));
        Assert.False(empty.TrySign(0, Digest.Of("b"u8), out _));
    }

    [Fact]
    public void A_head_of_another_origin_or_by_a_witness_key_is_no_head_of_this_log()
    {
        var text = new Checkpoint("other.example", 1, Digest.Of("a"u8)).ToText();
        var note = SignedNote.Of(text, Signer.Sign(Encoding.UTF8.GetBytes(text)));
        Assert.False(Checkpoint.TryOpen(note, Signer.VerifierKey, out _, out var error));
        Assert.Contains("origin", error, StringComparison.Ordinal);
        Assert.True(VerifierKey.TryCreate(Name, NoteKeyType.Cosignature, Signer.VerifierKey.PublicKey.Span, out var witness));
        Assert.False(Checkpoint.TryOpen(note, witness, out _, out _));
    }

    [Fact]
    public void A_private_key_reads_back_from_its_file_and_nothing_else_does()
    {
        using var made = NoteSigner.Generate(Name);
        Assert.True(NoteSigner.TryFromPem(Name, made.ToPem(), out var read));
        Assert.Equal(made.VerifierKey, read.VerifierKey);
        Assert.False(NoteSigner.TryFromPem(Name, made.ToPem().AsSpan(5), out _));
        Assert.False(NoteSigner.TryFromPem("a name", made.ToPem(), out _));
        Assert.False(NoteSigner.TryFromPem(Name, "", out _));
    }

    internal static bool Opens(byte[] bytes, params VerifierKey[] keys) => SignedNote.TryParse(bytes, out var note, out _) && note.TryVerify(keys, out _, out _);

    internal static void ForEachFlip(byte[] bytes, Action<byte[]> check)
    {
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var bad = (byte[])bytes.Clone();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            check(bad);
        }
    }
}
