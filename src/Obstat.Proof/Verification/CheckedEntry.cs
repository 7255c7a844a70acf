using Obstat.Proof.Bundles;
using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Permits;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>The parts of one entry as far as they could be read. What could not is null, and its check has failed.</summary>
internal sealed class CheckedEntry(BundleEntry files)
{
    public long Index => Files.Index;

    public BundleEntry Files { get; } = files;

    public Statement? Statement { get; private set; }

    public Envelope? Envelope { get; private set; }

    public Leaf? Leaf { get; private set; }

    public TlogProof? Proof { get; private set; }

    public Checkpoint? Head { get; private set; }

    public Digest StatementDigest { get; } = Statement.DigestOf(files.Statement.Span);

    public Digest LeafHash { get; } = TreeHash.Leaf(files.Leaf.Span);

    /// <summary>The execution permit that belongs to this decision, once its check has bound it to it.</summary>
    public PermitClaims? Permit { get; set; }

    public void Read(Findings findings, string origin)
    {
        if (Statement.TryParse(Files.Statement.Span, out var statement, out var error))
        {
            Statement = statement;
            _ = findings.Claim(CheckIds.Statements, Index, $"entry {Index}: {statement.Type}",
                statement.Origin == origin ? null : $"entry {Index}, statement: of log {statement.Origin}, the manifest says {origin}");
        }
        else
        {
            findings.Failed(CheckIds.Statements, $"entry {Index}, statement: {error}", Index);
        }

        Envelope = Take(Envelope.TryParse(Files.Envelope.Span, out var envelope, out error), envelope, findings, CheckIds.Signatures, "envelope", error);
        Leaf = Take(Leaf.TryParse(Files.Leaf, out var leaf), leaf, findings, CheckIds.Leaves, "leaf", "expected the one spelling of a hashedrekord leaf");
        Proof = Take(TlogProof.TryParse(Files.Proof.Span, out var proof, out error), proof, findings, CheckIds.Inclusion, "proof", error);
        if (Proof is not null)
        {
            Head = Take(Checkpoint.TryParse(Proof.Note.TextAsString(), out var head), head, findings, CheckIds.Checkpoints, "proof", "expected a checkpoint of three lines");
        }
    }

    private T? Take<T>(bool read, T? part, Findings findings, string id, string what, string? error)
        where T : class
    {
        if (!read)
        {
            findings.Failed(id, $"entry {Index}, {what}: {error}", Index);
        }

        return read ? part : null;
    }
}
