using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What a statement is about, by digest (in-toto Statement v1).</summary>
public readonly record struct Subject(string Name, Digest Digest)
{
    internal JsonValue ToJson() => JsonValue.Object(("digest", JsonValue.Object(("sha256", Digest.ToJson()))), ("name", JsonValue.Of(Name)));

    /// <summary>Whether this is what <see cref="ToJson"/> gives.</summary>
    internal bool Is(JsonValue json)
        => json.Members.Length == 2 && json["name"]?.AsString == Name
            && json["digest"] is { Members.Length: 1 } digest && Digest.TryParseHex(digest["sha256"]?.AsString, out var sha256) && sha256 == Digest;
}
