using System.Text;
using System.Text.RegularExpressions;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Statements;

public sealed class StatementTests
{
    public static readonly TheoryData<int> Entries = [.. Enumerable.Range(0, 11)];

    private static readonly string[] Types = ["genesis", "enforcement-point", "policy-activation", "decision", "outcome", "refusals", "decision", "gap", "orphaned", "state", "coverage"];

    [Theory]
    [MemberData(nameof(Entries))]
    public void A_statement_of_the_vectors_is_read_and_written_again_byte_for_byte(int index)
    {
        var bytes = Own(index);
        Assert.True(Statement.TryParse(bytes, out var statement, out var error), error);
        Assert.Equal(bytes, statement.ToBytes());
        Assert.Equal(Types[index], statement.Type);
        Assert.Equal(index is 4 or 10 ? SignerRole.Report : SignerRole.Plane, statement.Signer);
        Assert.Equal("t-1.demo7q2x.obstat.internal", statement.Origin);
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void Leaving_out_any_member_at_any_depth_refuses(int index)
        => ForEachChange(Own(index), static (o, m) => o.Without(m.Name), exceptIn: "counts");

    [Theory]
    [MemberData(nameof(Entries))]
    public void Adding_a_member_at_any_depth_refuses(int index)
        => ForEachChange(Own(index), static (o, m) => o.With("x", JsonValue.Null), exceptIn: "counts");

    [Theory]
    [MemberData(nameof(Entries))]
    public void A_member_of_another_kind_refuses(int index)
        => ForEachChange(Own(index), static (o, m) => o.With(m.Name, m.Value.Kind == JsonKind.Boolean ? JsonValue.Null : JsonValue.True));

    [Theory]
    [MemberData(nameof(Entries))]
    public void Any_other_spelling_refuses(int index)
    {
        var text = Encoding.UTF8.GetString(Own(index));
        foreach (var other in new[] { text + "\n", " " + text, text.Replace(",", ", ", StringComparison.Ordinal), text.Replace("\"time\"", "\"tim\\u0065\"", StringComparison.Ordinal), text + text, "", "{}", "null" })
        {
            Assert.False(Statement.TryParse(Encoding.UTF8.GetBytes(other), out _, out var error));
            Assert.NotNull(error);
        }

        var member = Regex.Match(text, "\"clock\":\\{[^}]*\\},").Value;
        Assert.False(Statement.TryParse(Encoding.UTF8.GetBytes(text.Replace(member, member + member, StringComparison.Ordinal)), out _, out _));
        Assert.False(Statement.TryParse(Encoding.UTF8.GetBytes(text.Replace("/v1\"", "/v2\"", StringComparison.Ordinal)), out _, out _));
        Assert.False(Statement.TryParse(Encoding.UTF8.GetBytes(text.Replace("evidence/" + Types[index], "evidence/halt", StringComparison.Ordinal)), out _, out _));
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void A_statement_with_another_subject_than_its_members_give_refuses(int index)
    {
        var json = Json(Own(index));
        var subject = json["subject"]!.Items[0];
        var other = subject.With("digest", JsonValue.Object(("sha256", JsonValue.Of(Digest.Of("another"u8).ToHex()))));
        Refused(json.With("subject", JsonValue.Array([other, .. json["subject"]!.Items.Skip(1)])));
        Refused(json.With("subject", JsonValue.EmptyArray));
        Refused(json.With("subject", JsonValue.Array([.. json["subject"]!.Items, subject])));
        Refused(json.With("subject", JsonValue.Array(subject.With("name", JsonValue.Of("another")))));
    }

    [Theory]
    [InlineData(0, "\"cause\":\"first\"", "\"cause\":\"rotation\"")]
    [InlineData(0, "\"cause\":\"first\"", "\"cause\":\"other\"")]
    [InlineData(0, "\"format\":1", "\"format\":2")]
    [InlineData(0, "\"kid\":\"Oiub7", "\"kid\":\"Oiub8")]
    [InlineData(0, "\"role\":\"root\"", "\"role\":\"statement\"")]
    [InlineData(0, "+802875c6+", "+802875c7+")]
    [InlineData(0, "\"nonce\":\"CggenorHCrcpRZLISwOlCQ\"", "\"nonce\":\"CggenorHCrcpRZLISwOlCR\"")]
    [InlineData(0, "\"nonce\":\"CggenorHCrcpRZLISwOlCQ\"", "\"nonce\":\"Cgge\"")]
    [InlineData(0, "09:30:00.000Z", "09:30:00Z")]
    [InlineData(0, "09:30:00.000Z", "09:30:00.0000Z")]
    [InlineData(0, "09:30:00.000Z", "09:30:60.000Z")]
    [InlineData(0, "09:30:00.000Z", "09:30:00.000+00:00")]
    [InlineData(1, "\"kind\":\"gateway\"", "\"kind\":\"Gateway\"")]
    [InlineData(1, "\"permit\":[1]", "\"permit\":[2,1]")]
    [InlineData(1, "\"permit\":[1]", "\"permit\":[0]")]
    [InlineData(1, "CNWRtzLlrld", "CNWRtzLlrle")]
    [InlineData(2, "[\"directory\",\"law\"", "[\"law\",\"directory\"")]
    [InlineData(2, "333178788", "333178789")]
    [InlineData(3, "\"decision\":\"allow\"", "\"decision\":\"deny\"")]
    [InlineData(3, "\"reason\":null", "\"reason\":\"NotPermitted\"")]
    [InlineData(3, "\"seq\":1", "\"seq\":0")]
    [InlineData(3, "\"seq\":1", "\"seq\":1.5")]
    [InlineData(3, "\"lease\":null", "\"lease\":{\"epoch\":1,\"id\":\"0RhemajJrOoLjzLA2kG2vA\",\"ttl\":3}")]
    [InlineData(3, "\"errors\":[]", "\"errors\":[{\"code\":\"x\",\"policy\":\"p\"}]")]
    [InlineData(3, "\"plain\":\"ccfc0d0", "\"plain\":\"ccfc0d1")]
    [InlineData(3, "\"mode\":\"once\"", "\"mode\":\"lease\"")]
    [InlineData(3, "\"use\":\"instance\"", "\"use\":\"any\"")]
    [InlineData(4, "\"result\":\"succeeded\"", "\"result\":\"done\"")]
    [InlineData(5, "[[3,18]]", "[[18,3]]")]
    [InlineData(5, "[[3,18]]", "[[3,18],[18,20]]")]
    [InlineData(5, "[[3,18]]", "[[0,18]]")]
    [InlineData(5, "[[3,18]]", "[[3,18,19]]")]
    [InlineData(5, "\"Malformed\":15", "\"Malformed\":0")]
    [InlineData(7, "\"kind\":\"clock\"", "\"kind\":\"skew\"")]
    [InlineData(8, "\"why\":\"no-outcome\"", "\"why\":\"unknown\"")]
    [InlineData(9, "f295e86a", "f295e86b")]
    [InlineData(9, "\"tasks\"", "\"others\"")]
    [InlineData(10, "\"throughSeq\":18", "\"throughSeq\":19")]
    [InlineData(10, "\"throughSeq\":18", "\"throughSeq\":-1")]
    [InlineData(10, "\"asks\":17", "\"asks\":-1")]
    [InlineData(10, "\"reports\":1", "\"reports\":1.5")]
    [InlineData(10, "\"effects\":1", "\"effects\":null")]
    [InlineData(10, "\"final\":false", "\"final\":0")]
    [InlineData(10, "\"AAAAAAAAAAAAAAAAAAAAAQ\"", "\"AAAAAAAAAAAAAAAAAAAAAA\"")]
    [InlineData(10, "\"AAAAAAAAAAAAAAAAAAAAAQ\"", "\"AAAAAAAAAAAAAAAAAAAAAR\"")]
    [InlineData(10, "[\"AAAAAAAAAAAAAAAAAAAAAA\",\"AAAAAAAAAAAAAAAAAAAAAQ\"]", "[\"AAAAAAAAAAAAAAAAAAAAAQ\",\"AAAAAAAAAAAAAAAAAAAAAA\"]")]
    [InlineData(10, "\"open\":[", "\"open\":[\"AAAA\",")]
    public void A_member_that_breaks_its_rule_refuses(int index, string from, string to)
    {
        var text = Encoding.UTF8.GetString(Own(index));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Refused(text.Replace(from, to, StringComparison.Ordinal));
    }

    [Fact]
    public void A_statement_of_more_than_64_KiB_is_refused()
    {
        Assert.True(Statement.TryParse(Own(3), out var decision, out _));
        var many = ((DecisionStatement)decision) with { Policies = [.. Enumerable.Range(0, 256).Select(i => $"{i:D3}" + new string('p', 300))] };
        Refused(Encoding.UTF8.GetString(many.ToBytes()));
    }

    [Fact]
    public void Coverage_names_at_most_2000_open_executions_and_fits_with_as_many()
    {
        Assert.True(Statement.TryParse(Own(10), out var read, out _));
        var coverage = (CoverageStatement)read;
        string[] many = [.. Enumerable.Range(0, CoverageStatement.OpenMax + 1).Select(i => Encodings.Base64Url.Encode(Digest.Of(BitConverter.GetBytes(i)).ToArray().AsSpan(0, 16))).Order(StringComparer.Ordinal)];
        Assert.True(Statement.TryParse((coverage with { Open = [.. many[1..]] }).ToBytes(), out _, out var error), error);
        Refused(Encoding.UTF8.GetString((coverage with { Open = [.. many] }).ToBytes()));
    }

    [Fact]
    public void A_denial_has_a_reason_and_no_permit()
    {
        Assert.True(Statement.TryParse(Own(3), out var allow, out _));
        var deny = (DecisionStatement)allow with { Decision = DecisionStatement.Deny, Reason = "NotPermitted", Permit = null };
        Assert.True(Statement.TryParse(deny.ToBytes(), out var read, out var error), error);
        Assert.False(((DecisionStatement)read).IsAllowed);
        Refused(Encoding.UTF8.GetString((deny with { Reason = null }).ToBytes()));
        Refused(Encoding.UTF8.GetString((deny with { Permit = ((DecisionStatement)allow).Permit }).ToBytes()));
    }

    [Fact]
    public void A_key_set_is_believed_by_the_proof_of_its_root_only()
    {
        using var root = StatementSigner.Generate();
        using var key = StatementSigner.Generate();
        using var permit = StatementSigner.Generate();
        var set = KeySet(root, key, permit);
        Assert.True(Statement.TryParse(set.ToBytes(), out var read, out var error), error);
        var back = (KeySetStatement)read;
        Assert.True(back.IsProvenBy(root.PublicKey));
        Assert.False(back.IsProvenBy(key.PublicKey));
        Assert.False((back with { Until = Timestamp.From(back.Until.Time.AddDays(1)) }).IsProvenBy(root.PublicKey));
        Assert.False((back with { Keys = [back.Keys[0]] }).IsProvenBy(root.PublicKey));
        Assert.False((back with { Root = key.PublicKey.Kid }).IsProvenBy(root.PublicKey));
        Refused(Encoding.UTF8.GetString((set with { Keys = [set.Keys[0], set.Keys[0]] }).ToBytes()));
        Refused(Encoding.UTF8.GetString((set with { Keys = [set.Keys[1]] }).ToBytes()));
        Refused(Encoding.UTF8.GetString((set with { Keys = [set.Keys[0], set.Keys[1] with { Role = "other" }] }).ToBytes()));
        Refused(Encoding.UTF8.GetString((set with { Keys = [set.Keys[0], set.Keys[1] with { Kid = set.Keys[0].Kid }] }).ToBytes()));
        Refused(Encoding.UTF8.GetString((set with { Until = set.From }).ToBytes()));
    }

    [Fact]
    public void A_key_rotation_reads_back_in_each_of_its_forms()
    {
        using var fresh = StatementSigner.Generate();
        var log = NoteSigner.Generate("log.example").VerifierKey;
        var old = new RotatedKey(fresh.PublicKey.Kid, null, null);
        var rotation = new KeyRotationStatement
        {
            Nonce = "0RhemajJrOoLjzLA2kG2vA", Origin = "log.example", Time = Timestamp.FromUnixSeconds(1_795_426_200), Clock = new("ntp", 20), Plane = new("i", 1),
            Role = KeyRoles.Root, Old = old, New = null, OverlapUntil = null, Proof = null, SuspectedFrom = 7,
        };
        foreach (var form in new[]
        {
            rotation,
            rotation with { New = new(null, log.ToString(), "AAAA"), Proof = "AAAA", SuspectedFrom = null, OverlapUntil = Timestamp.FromUnixSeconds(1_795_426_300) },
            rotation with { Old = null, New = new(fresh.PublicKey.Kid, null, fresh.PublicKey.ToBase64()), Proof = "AAAA" },
        })
        {
            Assert.True(Statement.TryParse(form.ToBytes(), out var read, out var error), error);
            Assert.Equal(form, read);
        }

        Refused(Encoding.UTF8.GetString((rotation with { Old = null }).ToBytes()));
        Refused(Encoding.UTF8.GetString((rotation with { Proof = "AAAA" }).ToBytes()));
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void Every_changed_bit_refuses_or_is_another_statement(int index)
    {
        var bytes = Own(index);
        var identity = Statement.DigestOf(bytes);
        Notes.NoteTests.ForEachFlip(bytes, bad =>
        {
            if (Statement.TryParse(bad, out var other, out _))
            {
                // What is read is always what writing it gives: there is no second spelling.
                Assert.Equal(bad, other.ToBytes());
                Assert.NotEqual(identity, Statement.DigestOf(bad));
            }
        });
    }

    /// <summary>The statements of the vectors; the last is one of ours, of a type that they do not have.</summary>
    internal static byte[] Own(int index) => index == 10 ? File.ReadAllBytes(Vectors.Own("evidence/coverage.statement.json")) : Vectors.Bytes($"evidence/own/entry{index}.statement.json");

    internal static KeySetStatement KeySet(StatementSigner root, StatementSigner statement, StatementSigner permit) => new KeySetStatement
    {
        Nonce = "0RhemajJrOoLjzLA2kG2vA",
        Origin = "log.example",
        Time = Timestamp.FromUnixSeconds(1_795_426_200),
        Clock = new("ntp", 20),
        Plane = new("i", 1),
        Keys = [StatementKey.Of(statement.PublicKey, KeyRoles.Statement), StatementKey.Of(permit.PublicKey, KeyRoles.Permit)],
        From = Timestamp.FromUnixSeconds(1_795_426_200),
        Until = Timestamp.FromUnixSeconds(1_795_512_600),
        Root = root.PublicKey.Kid,
        Proof = "",
    }.Prove(root);

    private static void ForEachChange(byte[] bytes, Func<JsonValue, JsonMember, JsonValue> change, string? exceptIn = null)
    {
        var seen = 0;
        foreach (var changed in Changes(Json(bytes), change, exceptIn))
        {
            Refused(changed);
            seen++;
        }

        Assert.True(seen > 20);
    }

    /// <summary>The document once for each member at any depth, with the change made to the object that holds it.</summary>
    private static IEnumerable<JsonValue> Changes(JsonValue value, Func<JsonValue, JsonMember, JsonValue> change, string? exceptIn)
    {
        foreach (var member in value.Members)
        {
            yield return change(value, member);
            foreach (var inner in member.Name == exceptIn ? [] : Changes(member.Value, change, exceptIn))
            {
                yield return value.With(member.Name, inner);
            }
        }

        for (var i = 0; i < value.Items.Length; i++)
        {
            foreach (var inner in Changes(value.Items[i], change, exceptIn))
            {
                yield return JsonValue.Array(value.Items.SetItem(i, inner));
            }
        }
    }

    private static JsonValue Json(byte[] bytes)
    {
        Assert.True(StrictJson.TryParse(bytes, out var json, out _));
        return json;
    }

    private static void Refused(JsonValue json) => Refused(json.ToString());

    private static void Refused(string text)
    {
        Assert.False(Statement.TryParse(Encoding.UTF8.GetBytes(text), out _, out var error), text);
        Assert.NotNull(error);
    }
}
