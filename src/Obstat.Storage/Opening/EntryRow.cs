using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;

namespace Obstat.Storage.Opening;

/// <summary>One row of entries as it is stored. Reading it needs nothing before it but the keys, so many are read at once.</summary>
internal sealed class EntryRow(byte[] origin, long index, byte[] leaf, byte[] statement)
{
    internal byte[] Origin { get; } = origin;

    internal long Index { get; } = index;

    internal Leaf? Leaf { get; private set; }

    internal WrittenStatement? Written { get; private set; }

    internal string? Error { get; private set; }

    /// <summary>Reads leaf and statement.</summary>
    /// <param name="verifies">Whether the signature is checked: where no signed head covers the entry yet.</param>
    internal void Read(bool verifies)
    {
        if (!Proof.Leaves.Leaf.TryParse(leaf, out var parsed))
        {
            return;
        }

        Leaf = parsed;
        if (parsed.PaeDigest != Pae.Digest(statement))
        {
            Error = "other bytes";
        }
        else if (verifies && !parsed.Key.Verifies(parsed.PaeDigest, parsed.Signature.Span))
        {
            Error = "a wrong signature";
        }
        else if (WrittenStatement.TryRead(statement, out var written, out var error))
        {
            Written = written;
        }
        else
        {
            Error = error;
        }
    }
}
