using Obstat.Proof.Dsse;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Verification;

/// <summary>One entry on its way through an audit: what can be said of it without knowing any other. Rows are read on all cores.</summary>
internal sealed class AuditRow(long index, ReadOnlyMemory<byte> leaf, ReadOnlyMemory<byte>? statement)
{
    public long Index => index;

    public Digest LeafHash { get; private set; }

    public Leaf? Leaf { get; private set; }

    public AuditedEntry? Entry { get; private set; }

    public string? Error { get; private set; }

    public bool IsSigned { get; private set; }

    public void Read(bool withSignature)
    {
        LeafHash = TreeHash.Leaf(leaf.Span);
        if (!Leaf.TryParse(leaf, out var parsed))
        {
            Error = $"entry {index}: expected the one spelling of a hashedrekord leaf";
            return;
        }

        Leaf = parsed;
        if (statement is not { } bytes)
        {
            return;
        }

        if (parsed.PaeDigest != Pae.Digest(bytes.Span))
        {
            Error = $"entry {index}: the leaf holds the digest of another statement";
        }
        else if (!Statement.TryParse(bytes.Span, out var read, out var error))
        {
            Error = $"entry {index}: {error}";
        }
        else
        {
            Entry = new(index, read, bytes, Statement.DigestOf(bytes.Span));
            IsSigned = !withSignature || parsed.Key.Verifies(parsed.PaeDigest, parsed.Signature.Span);
        }
    }
}
