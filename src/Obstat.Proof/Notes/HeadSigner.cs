using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Obstat.Proof.Notes;

/// <summary>
/// The only way to a signed head. Keeps size and root of the last signature; a smaller size, or the same size with another root, would be a fork signed by us:
/// it is refused, and so is every head after it. Safe for concurrent use.
/// </summary>
public sealed class HeadSigner : IDisposable
{
    private readonly Lock _lock = new();
    private readonly NoteSigner _signer;
    private Checkpoint? _last;
    private bool _poisoned;

    /// <param name="signer">The log's key; its name is the origin. Owned from here on.</param>
    public HeadSigner(NoteSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        _signer = signer;
    }

    /// <summary>The public key of the log.</summary>
    public VerifierKey VerifierKey => _signer.VerifierKey;

    /// <summary>Whether a head was refused: nothing is signed any more.</summary>
    public bool IsPoisoned
    {
        get
        {
            lock (_lock)
            {
                return _poisoned;
            }
        }
    }

    /// <summary>Starts from a head that is known to be signed: nothing below it and no other root at its size is signed. Refuses one that contradicts what was signed before.</summary>
    public bool TryResume(long size, in Digest root)
    {
        lock (_lock)
        {
            return Advance(size, root);
        }
    }

    /// <summary>Signs the head of this size and root.</summary>
    public bool TrySign(long size, in Digest root, [NotNullWhen(true)] out SignedNote? note)
    {
        lock (_lock)
        {
            note = Advance(size, root) ? SignedNote.Of(_last!.ToText(), _signer.Sign(_last.ToTextBytes())) : null;
            return note is not null;
        }
    }

    /// <summary>Signs that the fold over the first entries of this log has a digest. Only for a size that a head was signed for, or a smaller one.</summary>
    public bool TrySign(FoldSeal seal, [NotNullWhen(true)] out SignedNote? note)
    {
        ArgumentNullException.ThrowIfNull(seal);
        lock (_lock)
        {
            note = !_poisoned && seal.Origin == VerifierKey.Name && seal.Size >= 0 && seal.Size <= _last?.Size
                ? SignedNote.Of(seal.ToText(), _signer.Sign(Encoding.UTF8.GetBytes(seal.ToText())))
                : null;
            return note is not null;
        }
    }

    public void Dispose() => _signer.Dispose();

    private bool Advance(long size, in Digest root)
    {
        var head = new Checkpoint(VerifierKey.Name, size, root);
        _poisoned |= size < 0 || size < _last?.Size || (size == _last?.Size && root != _last.Root) || !Checkpoint.TryParse(head.ToText(), out _);
        _last = _poisoned ? _last : head;
        return !_poisoned;
    }
}
