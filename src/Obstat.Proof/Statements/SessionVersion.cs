using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>A session at one version.</summary>
public sealed record SessionVersion(string Id, long Version)
{
    internal static SessionVersion Read(JsonFields fields) => new(
        fields.Id("id"),
        fields.Integer("version"));

    internal JsonValue ToJson() => JsonValue.Object(
        ("id", JsonValue.Of(Id)),
        ("version", JsonValue.Of(Version)));
}
