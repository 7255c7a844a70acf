using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;

namespace Obstat.Proof.Jws;

/// <summary>Keys by <c>kid</c>. A set with something wrong in it is refused whole.</summary>
public sealed class JwsKeySet
{
    /// <summary>Keys of a set at most.</summary>
    public const int KeysMax = 32;

    private static readonly FrozenSet<string> PrivateMembers = new[] { "d", "p", "q", "dp", "dq", "qi", "oth", "k" }.ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, JwsKey> _keys;

    private JwsKeySet(IEnumerable<JwsKey> keys)
    {
        Keys = [.. keys];
        _keys = Keys.ToFrozenDictionary(k => k.Kid, StringComparer.Ordinal);
    }

    /// <summary>A set without keys: everything refuses.</summary>
    public static JwsKeySet Empty { get; } = new([]);

    /// <summary>The keys, in the order they came.</summary>
    public ImmutableArray<JwsKey> Keys { get; }

    /// <summary>The key of that name, or null.</summary>
    public JwsKey? this[string kid] => _keys.GetValueOrDefault(kid);

    /// <summary>A set of keys that are already keys.</summary>
    /// <exception cref="ArgumentException">Two have the same <c>kid</c>.</exception>
    public static JwsKeySet Of(params IEnumerable<JwsKey> keys) => new(keys);

    /// <summary>
    /// Reads another issuer's JWKS (RFC 7517): at most 32 keys with distinct <c>kid</c>, no symmetric or private key, points on their curve, RSA of 2,048 to 4,096 bits.
    /// Keys that are not for signatures are left out; everything else that is wrong refuses the set.
    /// </summary>
    /// <param name="jwks">The parsed document.</param>
    /// <param name="algorithms">The algorithms configured for this issuer; a key of another refuses.</param>
    /// <param name="set">The set, or null.</param>
    /// <param name="error">What was expected.</param>
    public static bool TryReadForeign(JsonValue jwks, ImmutableArray<JwsAlgorithm> algorithms, [NotNullWhen(true)] out JwsKeySet? set, [NotNullWhen(false)] out string? error)
    {
        (set, error) = (null, null);
        if (jwks["keys"] is not { Kind: JsonKind.Array } array || array.Items.Length > KeysMax)
        {
            error = $"expected an object with \"keys\", an array of at most {KeysMax}";
            return false;
        }

        var keys = new Dictionary<string, JwsKey>(StringComparer.Ordinal);
        foreach (var jwk in array.Items)
        {
            if (jwk.Kind != JsonKind.Object || jwk["kty"]?.AsString is not ("EC" or "RSA") || jwk.Members.Any(m => PrivateMembers.Contains(m.Name)))
            {
                error = "expected public EC and RSA keys alone";
                return false;
            }

            if (!IsForSignatures(jwk))
            {
                continue;
            }

            if (jwk["kid"]?.AsString is not { Length: > 0 and <= 256 } kid || keys.ContainsKey(kid))
            {
                error = "expected a distinct kid in each key";
                return false;
            }

            if (!TryAlgorithm(jwk, algorithms, out var algorithm))
            {
                error = $"expected keys of the configured algorithms, got \"{jwk["alg"]?.AsString}\" in key \"{kid}\"";
                return false;
            }

            if (!(algorithm is JwsAlgorithm.ES256 or JwsAlgorithm.ES384
                ? JwsKey.TryImportEc(jwk, kid, algorithm, KeyRole.Issuer, out var key, out error)
                : JwsKey.TryImportRsa(jwk, kid, algorithm, KeyRole.Issuer, out key, out error)))
            {
                error = $"{error} in key \"{kid}\"";
                return false;
            }

            keys.Add(kid, key);
        }

        set = new JwsKeySet(keys.Values);
        return true;
    }

    private static bool IsForSignatures(JsonValue jwk)
        => (jwk["use"] is null || jwk["use"]!.AsString == "sig") && (jwk["key_ops"] is null || jwk["key_ops"]!.Items.Any(i => i.AsString == "verify"));

    /// <summary>The algorithm that the key names; without a name the only configured one that fits its type.</summary>
    private static bool TryAlgorithm(JsonValue jwk, ImmutableArray<JwsAlgorithm> configured, out JwsAlgorithm algorithm)
    {
        algorithm = JwsAlgorithm.None;
        if (jwk["alg"] is { } named)
        {
            return Enum.TryParse(named.AsString, out algorithm) && algorithm.ToString() == named.AsString && algorithm != JwsAlgorithm.None && configured.Contains(algorithm);
        }

        JwsAlgorithm[] fitting = [.. configured.Where(a => jwk["kty"]!.AsString == "RSA" ? a is JwsAlgorithm.RS256 or JwsAlgorithm.PS256
            : a == (jwk["crv"]?.AsString == "P-384" ? JwsAlgorithm.ES384 : JwsAlgorithm.ES256))];
        algorithm = fitting.Length == 1 ? fitting[0] : JwsAlgorithm.None;
        return algorithm != JwsAlgorithm.None;
    }
}
