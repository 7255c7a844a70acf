using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Leases;

namespace Obstat.Proof.Statements;

/// <summary>What is revoked or halted, without its name: a revocation survives the erasure of the person.</summary>
/// <param name="Kind">The kind of scope.</param>
/// <param name="Match">HMAC-SHA-256 under the tenant's pepper over kind, a zero byte and the value.</param>
public sealed record StopTarget(ScopeKind Kind, Digest Match)
{
    /// <summary>The target of a scope.</summary>
    public static StopTarget Of(Scope scope, ReadOnlySpan<byte> pepper)
    {
        var hash = HMACSHA256.HashData(pepper, Encoding.UTF8.GetBytes($"{scope.KindWord}\0{scope.Value}"));
        return new StopTarget(scope.Kind, Digest.TryFromBytes(hash, out var match) ? match : default);
    }

    /// <summary>The row of the enforcement state: <c>[kind, match]</c> as its key.</summary>
    public JsonValue ToKey() => JsonValue.Strings([Scope.Word(Kind), Match.ToHex()]);

    /// <summary>Reads <see cref="ToKey"/> again.</summary>
    public static bool TryKey(JsonValue key, [NotNullWhen(true)] out StopTarget? target)
    {
        ArgumentNullException.ThrowIfNull(key);
        target = key.Items is [{ AsString: { } kind }, { AsString: { } match }] && Digest.TryParseHex(match, out var digest) && Scope.TryParse(kind, kind == "all" ? null : "any", out var scope)
            ? new StopTarget(scope.Value.Kind, digest)
            : null;
        return target is not null;
    }

    internal static StopTarget Read(JsonFields fields)
    {
        var word = fields.String("kind", 32);
        var match = fields.Digest("match");
        if (!Scope.TryParse(word, word == "all" ? null : "x", out var scope))
        {
            fields.Refuse("kind", "a known kind");
        }

        return new StopTarget(scope?.Kind ?? ScopeKind.None, match);
    }

    internal JsonValue ToJson() => JsonValue.Object(("kind", JsonValue.Of(Scope.Word(Kind))), ("match", Match.ToJson()));
}
