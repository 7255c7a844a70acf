using System.Text.Json;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Proof.Tests.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Receipts;

public sealed class ReceiptTests
{
    [Fact]
    public void The_receipts_of_the_permit_vectors_verify_for_every_accepted_permit_and_fail_where_only_the_receipt_is_wrong()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("identity/permit/cases.json.gz"));
        var root = file.RootElement;
        Assert.True(VerifierKey.TryParse(root.GetProperty("view").GetProperty("headKey").GetString(), out var key));
        var heads = new HeadVerifier(key);
        var (accepted, refused) = (0, new List<string>());
        foreach (var test in root.GetProperty("cases").EnumerateArray())
        {
            if (test.GetProperty("receipt").ValueKind != System.Text.Json.JsonValueKind.Number)
            {
                continue;
            }

            var text = root.GetProperty("receipts")[test.GetProperty("receipt").GetInt32()].GetRawText();
            Assert.True(StrictJson.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var json, out _));
            var verified = Receipt.TryFromJson(json, out var receipt, out var error) && receipt.TryVerify(heads, out _, out error);
            if (test.GetProperty("expect").GetString() == "accept")
            {
                Assert.True(verified, $"{test.GetProperty("name")}: {error}");
                Assert.Equal(json, receipt!.ToJson());
                Assert.True(Receipt.TryParseHeader(receipt.ToHeader(), out var again, out _));
                Assert.Equal(json, again.ToJson());
                accepted++;
            }
            else if (!verified)
            {
                refused.Add(test.GetProperty("name").GetString()!);
            }
        }

        Assert.Equal(7, accepted);

        // Two permits that break their own rules have decisions that break them too.
        Assert.All(refused.Except(["payload_exp_negative", "lease_mode_without_lease"]), name => Assert.StartsWith("receipt_", name, StringComparison.Ordinal));
        Assert.True(refused.Count >= 8, string.Join(" ", refused));
    }

    [Fact]
    public void Every_changed_bit_of_a_receipt_refuses()
    {
        var (receipt, heads) = Own(3);
        Assert.True(receipt.TryVerify(heads, out var verified, out var error), error);
        Assert.IsType<DecisionStatement>(verified.Statement);
        Assert.Equal((3, TreeHash.Leaf(Vectors.Bytes("evidence/own/entry3.leaf"))), (verified.Index, verified.LeafHash));
        NoteTests.ForEachFlip(receipt.Statement.ToArray(), bad => Refused(receipt with { Statement = bad }, heads));
        NoteTests.ForEachFlip(receipt.Leaf.ToArray(), bad => Refused(receipt with { Leaf = bad }, heads));
        NoteTests.ForEachFlip(receipt.Note.ToArray(), bad => Refused(receipt with { Note = bad }, heads));
        for (var i = 0; i < receipt.Path.Length; i++)
        {
            NoteTests.ForEachFlip(receipt.Path[i].ToArray(), bad => Refused(receipt with { Path = receipt.Path.SetItem(i, Hash.From(bad)) }, heads));
        }

        foreach (var index in new long[] { -1, 0, 2, 4, 10, long.MaxValue })
        {
            Refused(receipt with { Index = index }, heads);
        }
    }

    [Fact]
    public void A_receipt_of_another_log_of_no_path_or_with_another_version_is_refused()
    {
        var (receipt, heads) = Own(3);
        Refused(receipt, new HeadVerifier(NoteSigner.Generate("t-1.demo7q2x.obstat.internal").VerifierKey));
        Refused(receipt with { Path = [] }, heads);
        var json = receipt.ToJson();
        Assert.False(Receipt.TryFromJson(json.With("v", JsonValue.Of(2)), out _, out _));
        Assert.False(Receipt.TryFromJson(json.With("x", JsonValue.Null), out _, out _));
        foreach (var member in json.Members)
        {
            Assert.False(Receipt.TryFromJson(json.Without(member.Name), out _, out _));
            Assert.False(Receipt.TryFromJson(json.With(member.Name, JsonValue.Null), out _, out _));
        }

        Assert.False(Receipt.TryFromJson(json.With("path", JsonValue.Strings(["AAAA"])), out _, out _));
        Assert.False(Receipt.TryParseHeader(receipt.ToHeader() + "=", out _, out _));
        Assert.False(Receipt.TryParseHeader(null, out _, out _));
        Assert.False(Receipt.TryParseHeader(Obstat.Proof.Encodings.Base64Url.Encode(new byte[7_000]), out _, out _));
    }

    [Fact]
    public void A_head_verified_before_is_remembered_by_its_bytes_and_a_changed_one_is_not_it()
    {
        var (receipt, heads) = Own(3);
        Assert.True(heads.TryVerify(receipt.Note.Span, out var first, out _));
        Assert.True(heads.TryVerify(receipt.Note.ToArray(), out var again, out _));
        Assert.Same(first, again);
        NoteTests.ForEachFlip(receipt.Note.ToArray(), bad => Assert.False(heads.TryVerify(bad, out _, out _)));
    }

    private static (Receipt Receipt, HeadVerifier Heads) Own(int index)
    {
        Assert.True(VerifierKey.TryParse(File.ReadAllText(Vectors.Shared("evidence/own/vkey")).TrimEnd(), out var key));
        Assert.True(TlogProof.TryParse(Vectors.Bytes($"evidence/own/entry{index}.tlog-proof"), out var proof, out _));

        // A receipt carries the log's line alone; witnesses come later.
        var note = SignedNote.Of(proof.Note.TextAsString(), proof.Note.Signatures[0]);
        return (new(note.Bytes, index, proof.Path, Vectors.Bytes($"evidence/own/entry{index}.leaf"), Vectors.Bytes($"evidence/own/entry{index}.statement.json")), new HeadVerifier(key));
    }

    private static void Refused(Receipt receipt, HeadVerifier heads)
    {
        Assert.False(receipt.TryVerify(heads, out var verified, out var error));
        Assert.Null(verified);
        Assert.NotNull(error);
    }
}
