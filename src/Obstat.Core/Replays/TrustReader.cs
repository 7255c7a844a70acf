using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Core.Identities;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;

namespace Obstat.Core.Replays;

/// <summary>Reads the trust part of a recorded snapshot. What this version would write otherwise is not read.</summary>
internal static class TrustReader
{
    private const int EachMax = 65_536;

    private static readonly JsonLimits s_limits = new(64 << 20, 64, 4_000_000);

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Trust? trust)
    {
        trust = null;
        if (!StrictJson.TryParse(bytes, JsonRules.Intake, s_limits, out var json, out _))
        {
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.Integer("v", 1, 1);
        var (issuer, resource) = (fields.String("issuer"), fields.String("resource"));
        var identities = Each(fields, "identities", value => EnrolledIdentity.TryRead(value, out var identity, out _) ? identity : null);
        var issuers = Each(fields, "issuers", Issuer);
        var keys = Each(fields, "keys", Key);
        var servers = Each(fields, "servers", Server);
        if (!fields.Complete() || !issuer.StartsWith(Urns.Plane(""), StringComparison.Ordinal) || Distinct(identities.Select(i => i.Subject)) || Distinct(issuers.Select(i => i.Url))
            || Distinct(keys.Select(k => k.Key.Kid)) || Distinct(servers.Select(s => s.Name)))
        {
            return false;
        }

        var read = new Trust(issuer[Urns.Plane("").Length..], resource, keys, issuers, identities, servers);
        trust = read.Bytes.Span.SequenceEqual(bytes) ? read : null;
        return trust is not null;
    }

    private static bool Distinct(IEnumerable<string> names) => !names.GroupBy(n => n, StringComparer.Ordinal).All(g => g.Count() == 1);

    private static ImmutableArray<T> Each<T>(JsonFields fields, string name, Func<JsonValue, T?> read)
        where T : class
    {
        var all = ImmutableArray.CreateBuilder<T>();
        foreach (var value in fields.Array(name, EachMax))
        {
            if (read(value) is { } item)
            {
                all.Add(item);
            }
            else
            {
                fields.Refuse(name, "what this version writes");
            }
        }

        return all.DrainToImmutable();
    }

    private static TrustedIssuer? Issuer(JsonValue value)
    {
        var fields = new JsonFields(value);
        var (url, profile, audience, algorithms) = (fields.String("url"), fields.String("profile"), fields.String("audience"), fields.Strings("algs", 16));
        var (stale, jwks) = (fields.Integer("staleAfterSeconds", 0, int.MaxValue), fields.Object("jwks"));
        return fields.Complete() && TrustedIssuer.TryMake(url, profile, audience, algorithms, TimeSpan.FromSeconds(stale), jwks, out var issuer, out _) ? issuer : null;
    }

    private static KeySetMember? Key(JsonValue value)
    {
        var fields = new JsonFields(value);
        var (jwk, kid, expires) = (fields.Object("jwk"), fields.String("kid", 64), fields.Integer("exp"));
        _ = KeyRoleWords.TryParse(fields.String("role", 16), out var role);
        return fields.Complete() && JwsKey.TryImport(jwk, role, out var key, out _) && key.Kid == kid ? new KeySetMember(key, 0, expires) : null;
    }

    private static PinnedServer? Server(JsonValue value)
    {
        var fields = new JsonFields(value);
        var (name, identity) = (fields.String("name"), fields.ObjectOrNull("identity"));
        var tools = Each(fields, "tools", Tool);
        return fields.Complete() && !Distinct(tools.Select(t => t.Name)) ? new PinnedServer(name, identity, tools.ToImmutableSortedDictionary(t => t.Name, t => t, StringComparer.Ordinal)) : null;
    }

    private static PinnedTool? Tool(JsonValue value)
    {
        var fields = new JsonFields(value);
        var (name, tool, hash) = (fields.String("name"), fields.Object("tool"), fields.String("tool_hash", 43));
        return fields.Complete() && Digest.TryParseBase64Url(hash, out var digest) ? new PinnedTool(name, tool, digest) : null;
    }
}
