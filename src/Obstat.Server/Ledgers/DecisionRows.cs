using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage;
using Obstat.Storage.Queries;
using Obstat.Storage.Reading;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Ledgers;

/// <summary>
/// Decisions as people look at them: the entry, its outcome, and what of it the vault can still open. Derived from the entries alone.
/// Safe for concurrent use.
/// </summary>
internal sealed class DecisionRows(Ledger ledger, Vault vault, EndIndex ends)
{
    /// <summary>Decisions below an index, newest first.</summary>
    public ImmutableArray<DecisionShown> List(DecisionsRequest request)
    {
        using var reader = ledger.Read();
        var size = CatchUp(reader);
        var rows = ImmutableArray.CreateBuilder<DecisionShown>();
        for (var index = Math.Min(request.Before ?? size, size) - 1; index >= 0 && rows.Count < request.Limit; index--)
        {
            // Probes of enforcement points are looked at by their entry; in a list they would hide what people did.
            if (reader.Entry(index).Written.Statement is DecisionStatement { Canary: null } decision
                && (request.Allowed is not { } allowed || decision.IsAllowed == allowed)
                && (request.Reason is not { } reason || decision.Reason == reason.ToCode()))
            {
                rows.Add(Row(reader, index, decision));
            }
        }

        return rows.DrainToImmutable();
    }

    /// <summary>One entry; null beyond the end.</summary>
    public EntryShown? Show(long index)
    {
        using var reader = ledger.Read();
        if (index >= CatchUp(reader))
        {
            return null;
        }

        var (written, leaf) = reader.Entry(index);
        var decision = written.Statement as DecisionStatement;
        return new EntryShown(
            index,
            written.Statement.Type,
            Proof.Merkle.TreeHash.Leaf(leaf),
            StrictJson.TryParse(written.Bytes.Span, out var json, out _) ? json : throw new LedgerUnavailableException($"entry {index}: expected a statement"),
            decision is null ? null : Row(reader, index, decision),
            decision is null ? null : Open(reader, decision.Sealed, "request")?["action"]);
    }

    /// <summary>What became of the permit of a decision, as the entries say: the outcome's result or <c>orphaned</c>, and where; null while it is open.</summary>
    public (string Result, long Entry)? EndOf(LedgerReader reader, long decision) => ends.Of(reader, decision) is var (statement, entry)
        ? (statement is OutcomeStatement outcome ? outcome.Result : "orphaned", entry)
        : null;

    /// <summary>The plaintext of a sealed blob; null where its key or its bytes are gone.</summary>
    public byte[]? OpenBytes(LedgerReader reader, SealedReference reference)
        => reader.Blob(reference.Cipher) is { } blob && vault.TryOpen(reference, blob, out var plain) ? plain : null;

    /// <summary>Reads the entries since the last time; returns how many there are.</summary>
    public long CatchUp(LedgerReader reader) => ends.CatchUp(reader);

    private DecisionShown Row(LedgerReader reader, long index, DecisionStatement decision)
    {
        var action = Open(reader, decision.Sealed, "request")?["action"];
        var principal = Open(reader, decision.Sealed, "context")?["identity"]?["principal"]?.AsString ?? decision.Identity.Principal;
        var end = decision.Permit is null ? null : EndOf(reader, index);
        return new DecisionShown(
            index,
            decision.Time.ToString(),
            ReasonCodes.TryParse(decision.Reason, out var reason) ? reason : null,
            principal,
            action is null ? null : decision.Request.Action,
            action?["server"]?.AsString,
            action?["name"]?.AsString ?? action?["uri"]?.AsString,
            decision.Policies,
            end?.Result,
            end?.Entry);
    }

    private JsonValue? Open(LedgerReader reader, ImmutableArray<SealedReference> references, string role)
        => references.FirstOrDefault(r => r.Role == role) is { } reference
            && OpenBytes(reader, reference) is { } plain
            && SealedContent.TryParse(role, plain, out var content, out _)
                ? content.Value
                : null;
}
