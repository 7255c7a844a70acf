using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;

namespace Obstat.Proof.Sealing;

/// <summary>
/// What is in a sealed blob: a canonical JSON object with a salt of 128 bits, so that its digest cannot be guessed after erasure, and the members of its role.
/// </summary>
/// <param name="Role">One of <see cref="Roles"/>.</param>
/// <param name="Value">The object.</param>
public sealed record SealedContent(string Role, JsonValue Value)
{
    private const int SaltLength = 16;

    private static readonly Dictionary<string, string[]> Members = new(StringComparer.Ordinal)
    {
        ["request"] = ["action"],
        ["context"] = ["context", "identity", "attestation", "freshness"],
        ["response"] = ["response"],
        ["reason"] = ["reason"],
        ["assertion"] = ["assertion"],
    };

    /// <summary>The roles there are.</summary>
    public static IReadOnlyCollection<string> Roles => Members.Keys;

    /// <summary>Makes the content. Throws for an unknown role, a salt of another length, or other members than the role has.</summary>
    public static SealedContent Of(string role, ReadOnlySpan<byte> salt, params (string Name, JsonValue Value)[] members)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltLength, nameof(salt));
        var value = JsonValue.Object([("salt", JsonValue.Of(Base64Url.Encode(salt))), .. members]);
        return TryParse(role, value.ToCanonicalBytes(), out var content, out var error) ? content : throw new ArgumentException(error, nameof(members));
    }

    /// <summary>Reads the plaintext of a blob of this role. Refuses another spelling, and members that the role does not have.</summary>
    public static bool TryParse(string role, ReadOnlySpan<byte> plain, [NotNullWhen(true)] out SealedContent? content, [NotNullWhen(false)] out string? error)
    {
        content = null;
        if (!Members.TryGetValue(role, out var members))
        {
            error = $"expected a known role, got {role}";
            return false;
        }

        if (!StrictJson.TryParse(plain, out var value, out var refused))
        {
            error = refused.ToString();
            return false;
        }

        var fields = new JsonFields(value);
        var salt = fields.String("salt", 22);
        foreach (var member in members)
        {
            _ = fields.Value(member);
        }

        if (!fields.Complete())
        {
            error = $"{fields.Error}";
            return false;
        }

        error = !Base64Url.TryDecode(salt, out var bytes) || bytes.Length != SaltLength ? "expected a salt of 128 bits"
            : !value.ToCanonicalBytes().AsSpan().SequenceEqual(plain) ? "expected canonical JSON"
            : null;
        content = error is null ? new(role, value) : null;
        return error is null;
    }

    /// <summary>The plaintext.</summary>
    public byte[] ToBytes() => Value.ToCanonicalBytes();
}
