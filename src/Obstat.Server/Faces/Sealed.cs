using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage.Reading;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Faces;

/// <summary>Opens what decisions sealed, and makes the keyed digests that the index may hold of it. Safe for concurrent use.</summary>
internal sealed class Sealed(Vault vault)
{
    /// <summary>The opened content of a role; null where the decision has none or its key or bytes are gone.</summary>
    public JsonValue? Open(LedgerReader reader, DecisionStatement decision, string role)
        => decision.Sealed.FirstOrDefault(s => s.Role == role) is { } reference
            && reader.Blob(reference.Cipher) is { } blob
            && vault.TryOpen(reference, blob, out var plain)
            && SealedContent.TryParse(role, plain, out var content, out _)
                ? content.Value
                : null;

    /// <summary>What the index may know of a decision's tool: its key; empty where it names none or cannot be opened.</summary>
    public string ToolOf(LedgerReader reader, DecisionStatement decision)
        => Open(reader, decision, "request")?["action"] is { } action && ServerOf(action) is { } server ? ToolKey(server, NameOf(action)) : "";

    /// <summary>The key of a tool, prompt or URI of a server, that of the server itself where it has no name: 16 hex digits that say nothing once the vault's pepper is gone.</summary>
    public string ToolKey(string server, string? name)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        _ = HMACSHA256.HashData(vault.Pepper.Span, Encoding.UTF8.GetBytes(name is null ? $"index\0{server}" : $"index\0{server}\0{name}"), hash);
        return Convert.ToHexStringLower(hash[..8]);
    }

    /// <summary>Who asked, as permits name it; null where nobody was verified or it cannot be opened.</summary>
    public string? PrincipalOf(LedgerReader reader, DecisionStatement decision) => Open(reader, decision, "context")?["identity"]?["principal"]?.AsString;

    /// <summary>The registered server that an action names.</summary>
    public static string? ServerOf(JsonValue action) => action["server"]?.AsString;

    /// <summary>Tool, prompt or URI that an action names.</summary>
    public static string? NameOf(JsonValue action) => action["name"]?.AsString ?? action["uri"]?.AsString;
}
