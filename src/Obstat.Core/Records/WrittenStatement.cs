using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Core.Records;

/// <summary>A statement together with its bytes, which a reader takes again. Digest, leaf and ledger are over these bytes.</summary>
public sealed class WrittenStatement
{
    private WrittenStatement(Statement statement, ReadOnlyMemory<byte> bytes, in Digest digest) => (Statement, Bytes, Digest) = (statement, bytes, digest);

    /// <summary>What it says.</summary>
    public Statement Statement { get; }

    /// <summary>The canonical bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the bytes: the statement's identity.</summary>
    public Digest Digest { get; }

    /// <summary>Writes a statement. Refuses one that no reader would take, before it stands in a log for ever.</summary>
    public static bool TryWrite(Statement statement, [NotNullWhen(true)] out WrittenStatement? written, [NotNullWhen(false)] out string? error)
    {
        written = Statement.TryWrite(statement, out var bytes, out var read, out error) ? new(read, bytes, Digest.Of(bytes)) : null;
        return error is null && written is not null;
    }

    /// <summary>The statement of an entry that an audit read.</summary>
    public static WrittenStatement Of(AuditedEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new(entry.Statement, entry.Bytes, entry.StatementDigest);
    }

    /// <summary>Reads a statement's bytes; kept, not copied.</summary>
    public static bool TryRead(byte[] bytes, [NotNullWhen(true)] out WrittenStatement? written, [NotNullWhen(false)] out string? error)
    {
        written = Statement.TryParse(bytes, out var statement, out error) ? new(statement, bytes, Digest.Of(bytes)) : null;
        return error is null && written is not null;
    }
}
