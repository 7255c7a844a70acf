using System.Text;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Server.Listeners;
using Obstat.Storage;
using Obstat.Storage.Reading;

namespace Obstat.Server.Ledgers;

/// <summary>Shows points how the log in force goes on from the one that they pinned, as long as the ledger that ended lies where it was put: entries and proofs are read from it.</summary>
internal sealed class Continuations(Ledger ledger, string ended)
{
    private const int LogsMax = 64;

    /// <summary>The answer to a point.</summary>
    public Answer Find(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<ContinuationRequest>(body.Span, out var request, out _))
        {
            return Answer.Refused(400, DenyReason.Malformed);
        }

        try
        {
            return Find(request) is { } found ? Answer.Of(found) : Answer.Refused(409, DenyReason.LedgerUnavailable);
        }
        catch (LedgerUnavailableException)
        {
            return Answer.Refused(409, DenyReason.LedgerUnavailable); // it was moved away
        }
    }

    private ContinuationAnswer? Find(ContinuationRequest request)
    {
        var folder = ledger.Folder;
        for (var logs = 0; logs < LogsMax; logs++)
        {
            using var next = LedgerReader.Open(folder);
            if (next.Entry(0).Written.Statement is not GenesisStatement { Predecessor: { Head: { } last } before })
            {
                return null;
            }

            folder = Path.Combine(ended, before.Origin);
            if (before.Origin == request.Origin)
            {
                using var old = LedgerReader.Open(folder);
                return request.Seen > last.Size || next.PublishedFrom(1) is not var (size, note) ? null : new(
                    ReceiptOf(old, before.Index - 1, Encoding.UTF8.GetBytes(before.Checkpoint), last.Size),
                    ReceiptOf(old, before.Index, Encoding.UTF8.GetBytes(before.Checkpoint), last.Size),
                    request.Seen is 0 || request.Seen == last.Size ? [] : [.. old.Consistency(request.Seen, last.Size)],
                    ReceiptOf(next, 0, note, size));
            }
        }

        return null;
    }

    private static Obstat.Proof.Json.JsonValue ReceiptOf(LedgerReader reader, long index, byte[] note, long size)
    {
        var (written, leaf) = reader.Entry(index);
        return new Receipt(note, index, [.. reader.Inclusion(index, size)], leaf, written.Bytes).ToJson();
    }
}
