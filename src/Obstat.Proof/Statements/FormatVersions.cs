using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>The versions of each format that an enforcement point reads, ascending. The plane writes the highest common one.</summary>
public sealed record FormatVersions(ImmutableArray<long> Permit, ImmutableArray<long> Lease, ImmutableArray<long> Order, ImmutableArray<long> Receipt)
{
    internal static FormatVersions Read(JsonFields fields) => new(Versions(fields, "permit"), Versions(fields, "lease"), Versions(fields, "order"), Versions(fields, "receipt"));

    internal JsonValue ToJson() => JsonValue.Object(("permit", ToJson(Permit)), ("lease", ToJson(Lease)), ("order", ToJson(Order)), ("receipt", ToJson(Receipt)));

    private static ImmutableArray<long> Versions(JsonFields fields, string name)
    {
        ImmutableArray<long> versions = [.. fields.Array(name, 64).Select(v => v.AsInteger ?? 0)];
        if (versions.Any(v => v < 1) || !versions.SequenceEqual(versions.Distinct().Order()))
        {
            fields.Refuse(name, "integers from 1, ascending");
        }

        return versions;
    }

    private static JsonValue ToJson(ImmutableArray<long> versions) => JsonValue.Array(versions.Select(JsonValue.Of));
}
