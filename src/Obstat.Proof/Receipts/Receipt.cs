using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Receipts;

/// <summary>
/// Proof that a permit's decision is in the ledger: signed head, inclusion path, leaf, statement. The leaf alone would not tie the permit's claims to the entry, so the statement travels.
/// Nothing of it is believed before <see cref="TryVerify"/>. Version 1.
/// </summary>
/// <param name="Note">The head: text and log line.</param>
/// <param name="Index">Index of the entry.</param>
/// <param name="Path">Leaf to root, at most 63 hashes.</param>
/// <param name="Leaf">The leaf.</param>
/// <param name="Statement">The statement.</param>
public sealed record Receipt(ReadOnlyMemory<byte> Note, long Index, ImmutableArray<Digest> Path, ReadOnlyMemory<byte> Leaf, ReadOnlyMemory<byte> Statement)
{
    /// <summary>The one version.</summary>
    public const int Version = 1;

    /// <summary>Largest value of the header <c>Execution-Receipt</c>.</summary>
    public const int HeaderMax = 8_192;

    /// <summary>Takes a receipt out of a message.</summary>
    public static bool TryFromJson(JsonValue json, [NotNullWhen(true)] out Receipt? receipt, [NotNullWhen(false)] out string? error)
    {
        receipt = null;
        var fields = new JsonFields(json);
        _ = fields.Integer("v", Version, Version);
        var note = Encoding.UTF8.GetBytes(fields.String("note", SignedNote.BytesMax));
        var index = fields.Integer("index");
        var path = fields.Strings("path", InclusionProof.HashesMax, 44);
        var leaf = fields.String("leaf", 2 * Leaves.Leaf.BytesMax);
        var statement = fields.String("statement", 2 * Statements.Statement.BytesMax);
        if (!fields.Complete())
        {
            error = $"{fields.Error}";
            return false;
        }

        var hashes = ImmutableArray.CreateBuilder<Digest>(path.Length);
        foreach (var text in path)
        {
            if (Base64Exact.TryDecode(text, out var bytes) && Digest.TryFromBytes(bytes, out var hash))
            {
                hashes.Add(hash);
            }
        }

        error = hashes.Count == path.Length && Base64Exact.TryDecode(leaf, out var leafBytes) && Base64Exact.TryDecode(statement, out var statementBytes)
            ? null
            : "expected hashes, leaf and statement in base64";
        receipt = error is null ? new(note, index, hashes.MoveToImmutable(), Base64(leaf), Base64(statement)) : null;
        return receipt is not null;
    }

    /// <summary>Reads the value of the header <c>Execution-Receipt</c>: base64url of the canonical JSON, and no other spelling.</summary>
    public static bool TryParseHeader(string? value, [NotNullWhen(true)] out Receipt? receipt, [NotNullWhen(false)] out string? error)
    {
        receipt = null;
        error = $"expected at most {HeaderMax} characters of base64url";
        return value is { Length: <= HeaderMax } && Base64Url.TryDecode(value, out var bytes) && TryParse(bytes, out receipt, out error);
    }

    /// <summary>Reads the canonical JSON of a receipt.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Receipt? receipt, [NotNullWhen(false)] out string? error)
    {
        receipt = null;
        if (!StrictJson.TryParse(bytes, out var json, out var refused))
        {
            error = refused.ToString();
            return false;
        }

        if (!TryFromJson(json, out var read, out error))
        {
            return false;
        }

        error = json.ToCanonicalBytes().AsSpan().SequenceEqual(bytes) ? null : "expected canonical JSON";
        receipt = error is null ? read : null;
        return error is null;
    }

    /// <summary>The receipt as JSON.</summary>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(Version)),
        ("note", JsonValue.Of(Encoding.UTF8.GetString(Note.Span))),
        ("index", JsonValue.Of(Index)),
        ("path", JsonValue.Strings(Path.Select(h => h.ToBase64()))),
        ("leaf", JsonValue.Of(Convert.ToBase64String(Leaf.Span))),
        ("statement", JsonValue.Of(Convert.ToBase64String(Statement.Span))));

    /// <summary>The header's value, or null where it would be too long to travel.</summary>
    public string? ToHeader() => Base64Url.Encode(ToJson().ToCanonicalBytes()) is { Length: <= HeaderMax } value ? value : null;

    /// <summary>Checks head, path, leaf and statement against one another under the log's key.</summary>
    public bool TryVerify(HeadVerifier heads, [NotNullWhen(true)] out VerifiedReceipt? verified, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(heads);
        verified = null;
        if (!heads.TryVerify(Note.Span, out var head, out error))
        {
            return false;
        }

        var leafHash = TreeHash.Leaf(Leaf.Span);
        if (!InclusionProof.Verifies(Index, head.Size, leafHash, Path.AsSpan(), head.Root))
        {
            error = $"expected a path from entry {Index} to the root at size {head.Size}";
            return false;
        }

        if (!Leaves.Leaf.TryReadDigest(Leaf.Span, out var digest) || digest != Pae.Digest(Statement.Span))
        {
            error = "expected the leaf of this statement";
            return false;
        }

        if (!Statements.Statement.TryParse(Statement.Span, out var statement, out error))
        {
            return false;
        }

        error = statement.Origin == head.Origin ? null : $"expected a statement of {head.Origin}, got one of {statement.Origin}";
        verified = error is null ? new(head, Index, leafHash, Statements.Statement.DigestOf(Statement.Span), statement) : null;
        return error is null;
    }

    private static byte[] Base64(string text) => Base64Exact.TryDecode(text, out var bytes) ? bytes : [];
}
