using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;

namespace Obstat.Proof.Pins;

/// <summary>
/// The operator's explicit approval of one server's tools: an in-toto statement in a DSSE envelope, signed by an operator key. Nothing is trusted on first use;
/// a tool that is not in it, or changed, is hidden and refused.
/// </summary>
/// <param name="Server">The server.</param>
/// <param name="Tools">Its approved tools, by name in ordinal order.</param>
public sealed record PinStatement(ServerIdentity Server, ImmutableArray<ToolPin> Tools)
{
    /// <summary>Name of the predicate type.</summary>
    public const string TypeName = "tool-pin";

    /// <summary>Bytes of the envelope at most.</summary>
    public const int BytesMax = 2 * 1024 * 1024;

    /// <summary>Tools of one server at most.</summary>
    public const int ToolsMax = 1000;

    private static readonly JsonLimits Limits = new(BytesMax, 64, 200_000);
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether a tool may have this name; lookalikes, direction marks and everything beyond ASCII may not.</summary>
    public static bool IsToolName(string? name) => name is { Length: >= 1 and <= 128 } && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    /// <summary>Makes the statement of a listing. Refuses tools without a proper name, and the same name twice.</summary>
    public static bool TryMake(ServerIdentity server, IEnumerable<JsonValue> listed, [NotNullWhen(true)] out PinStatement? statement, [NotNullWhen(false)] out string? error)
    {
        ImmutableArray<ToolPin> tools = [.. listed.Select(t => new ToolPin(t["name"]?.AsString ?? "", ToolHash.Pinned(t), ToolHash.Of(server, t))).OrderBy(t => t.Name, StringComparer.Ordinal)];
        error = tools.FirstOrDefault(t => !IsToolName(t.Name)) is { } bad ? $"expected a tool name of 1 to 128 of A-Z a-z 0-9 _ . -, got one of {bad.Name.Length} characters"
            : tools.DistinctBy(t => t.Name).Count() != tools.Length ? "expected each tool name once"
            : tools.Length > ToolsMax ? $"expected at most {ToolsMax} tools"
            : null;
        statement = error is null ? new PinStatement(server, tools) : null;
        return statement is not null;
    }

    /// <summary>The canonical bytes of the statement.</summary>
    public byte[] ToBytes() => JsonValue.Object(
        ("_type", JsonValue.Of(Names.StatementType)),
        ("predicateType", JsonValue.Of(Names.PredicateType(TypeName))),
        ("subject", JsonValue.Array(Subjects())),
        ("predicate", JsonValue.Object(
            ("server", Server.Json),
            ("tools", JsonValue.Array(Tools.Select(t => JsonValue.Object(("name", JsonValue.Of(t.Name)), ("tool", t.Tool), ("tool_hash", JsonValue.Of(t.Hash.ToBase64Url()))))))))).ToCanonicalBytes();

    /// <summary>The DSSE envelope, signed with an operator key.</summary>
    public byte[] Sign(SigningKey operatorKey)
    {
        using var signer = operatorKey.ToStatementSigner();
        var payload = ToBytes();
        return JsonValue.Object(
            ("payload", JsonValue.Of(Base64Exact.Encode(payload))),
            ("payloadType", JsonValue.Of(Names.StatementPayloadType)),
            ("signatures", JsonValue.Array(JsonValue.Object(("sig", JsonValue.Of(Base64Exact.Encode(signer.Sign(payload)))))))).ToCanonicalBytes();
    }

    /// <summary>Verifies an envelope under the operators' keys, then reads the same bytes once. Every hash is computed again; the subjects must be those of the tools.</summary>
    public static bool TryVerify(ReadOnlySpan<byte> envelope, IEnumerable<JwsKey> operators, [NotNullWhen(true)] out PinStatement? statement, [NotNullWhen(false)] out string? error)
    {
        statement = null;
        if (!TryOpen(envelope, out var payload, out var signature, out error))
        {
            return false;
        }

        var digest = Pae.Digest(payload);
        if (!operators.Any(o => o.Role == KeyRole.Operator && P256PublicKey.TryFromSpki(o.SubjectPublicKeyInfo.Span, out var key) && key.Verifies(digest, signature)))
        {
            error = "expected the signature of an operator";
            return false;
        }

        return TryRead(payload, out statement, out error);
    }

    private static bool TryOpen(ReadOnlySpan<byte> envelope, [NotNullWhen(true)] out byte[]? payload, [NotNullWhen(true)] out byte[]? signature, [NotNullWhen(false)] out string? error)
    {
        (payload, signature, error) = (null, null, null);
        if (!StrictJson.TryParse(envelope, JsonRules.Intake, Limits, out var json, out var refused))
        {
            error = refused.ToString();
            return false;
        }

        var fields = new JsonFields(json);
        var body = fields.String("payload", BytesMax);
        _ = fields.OneOf("payloadType", Names.StatementPayloadType);
        var one = new JsonFields(fields.Array("signatures", 1) is [var first] ? first : JsonValue.Null, "/signatures/0");
        var sig = one.String("sig", 256);
        if (fields.Complete() && one.Complete() && Base64Exact.TryDecode(body, out payload) && Base64Exact.TryDecode(sig, out signature))
        {
            return true;
        }

        error = $"expected an envelope with one signature: {fields.Error ?? one.Error}";
        return false;
    }

    private static bool TryRead(byte[] payload, [NotNullWhen(true)] out PinStatement? statement, [NotNullWhen(false)] out string? error)
    {
        statement = null;
        if (!StrictJson.TryParse(payload, JsonRules.Intake, Limits, out var json, out var refused))
        {
            error = refused.ToString();
            return false;
        }

        var predicate = json["predicate"];
        if (predicate?["server"] is not { } identity || ServerIdentity.Read(identity) is not { } server || predicate["tools"] is not { Kind: JsonKind.Array } tools)
        {
            error = "expected a predicate with a server and its tools";
            return false;
        }

        // Made again from what was approved, the statement must be these bytes: no other member, order, name or hash.
        if (!TryMake(server, tools.Items.Select(t => t["tool"] ?? JsonValue.EmptyObject), out var read, out error))
        {
            return false;
        }

        error = read.ToBytes().AsSpan().SequenceEqual(payload) ? null : "expected the statement of these tools, canonical";
        statement = error is null ? read : null;
        return error is null;
    }

    private IEnumerable<JsonValue> Subjects()
        => new[] { Subject("server", Digest.Of(Server.Json)) }.Concat(Tools.Select(t => Subject(t.Name, t.Hash)));

    private static JsonValue Subject(string name, Digest digest)
        => JsonValue.Object(("name", JsonValue.Of(name)), ("digest", JsonValue.Object(("sha256", JsonValue.Of(digest.ToHex())))));
}
