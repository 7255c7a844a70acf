using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Core.Identities;

/// <summary>
/// A principal that an operator enrolled: one file of <c>trust/identities</c>,
/// <c>{"v":1,"name":"local","principal":"Agent::local:uid:1000","uid":1000,"jwk":{..}}</c>.
/// With a key and a uid it is the local identity of that user; without both it is a person who gets access tokens of the plane.
/// </summary>
public sealed class EnrolledIdentity
{
    private EnrolledIdentity(string name, PrincipalKind kind, string id, long? uid, JsonValue? jwk)
        => (Name, Kind, Id, Uid, Jwk) = (name, kind, id, uid, jwk);

    /// <summary>The name of the file, <c>[a-z0-9][a-z0-9._-]{0,63}</c>.</summary>
    public string Name { get; }

    /// <summary>Agent with a key, User without.</summary>
    public PrincipalKind Kind { get; }

    /// <summary>The id of the principal: <c>local:uid:1000</c> for an agent, <c>NAME@local</c> for a user.</summary>
    public string Id { get; }

    /// <summary>The operating-system user that it is bound to.</summary>
    public long? Uid { get; }

    /// <summary>Its public key (RFC 7517): <c>kty</c>, <c>crv</c>, <c>x</c>, <c>y</c>.</summary>
    public JsonValue? Jwk { get; }

    /// <summary>The name in permits and in the trust part.</summary>
    public string Subject => $"{Kind}::{Id}";

    /// <summary>The local identity of a user of this machine, bound to its uid.</summary>
    public static EnrolledIdentity Local(string name, long uid, JsonValue jwk)
        => new(name, PrincipalKind.Agent, $"local:uid:{uid.ToString(System.Globalization.CultureInfo.InvariantCulture)}", uid, jwk);

    /// <summary>A person without an issuer, whose tokens the plane signs itself.</summary>
    public static EnrolledIdentity Person(string name) => new(name, PrincipalKind.User, $"{name}@local", null, null);

    /// <summary>Reads a file; anything that would be written differently refuses.</summary>
    public static bool TryRead(JsonValue value, [NotNullWhen(true)] out EnrolledIdentity? identity, out JsonError error)
    {
        (identity, error) = (null, default);
        var fields = new JsonFields(value);
        _ = fields.Integer("v", 1, 1);
        var name = fields.String("name", 64);
        var principal = fields.String("principal", 256);
        var uid = fields.IntegerOrNull("uid", 0, uint.MaxValue);
        var jwk = fields.ObjectOrNull("jwk");
        if (!Decisions.PolicyId.TryParse(name, out _))
        {
            fields.Refuse("name", "[a-z0-9][a-z0-9._-]{0,63}");
        }

        if (jwk is not null && !jwk.Members.Select(m => m.Name).SequenceEqual(["crv", "kty", "x", "y"], StringComparer.Ordinal))
        {
            fields.Refuse("jwk", "exactly crv, kty, x, y");
        }

        if (fields.Complete())
        {
            var made = (uid, jwk) switch
            {
                ({ } user, { } key) => Local(name, user, key),
                (null, null) => Person(name),
                _ => null,
            };
            if (made is null || made.Subject != principal)
            {
                fields.Refuse("principal", "Agent::local:uid:<uid> beside a uid and a jwk, or User::<name>@local without both");
            }

            identity = fields.Error is null ? made : null;
        }

        error = fields.Error ?? default;
        return identity is not null;
    }

    /// <summary>The file.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("jwk", Jwk ?? JsonValue.Null),
        ("name", JsonValue.Of(Name)),
        ("principal", JsonValue.Of(Subject)),
        ("uid", Uid is { } uid ? JsonValue.Of(uid) : JsonValue.Null),
        ("v", JsonValue.Of(1)));
}
