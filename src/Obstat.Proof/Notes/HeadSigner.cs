using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Obstat.Proof.Notes;

/// <summary>
/// The only way to a signed head. Keeps size and root of the last signature; a smaller size, or the same size with another root, would be a fork signed by us:
/// it is refused, and so is every head after it. In an overlap of two head keys each head gets the lines of both. Safe for concurrent use.
/// </summary>
public sealed class HeadSigner : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ImmutableArray<NoteSigner> _held;
    private ImmutableArray<NoteSigner> _signers; // in force, the oldest first
    private Checkpoint? _last;
    private bool _poisoned;

    /// <summary>The signer of a log. Of several keys the first one signs until <see cref="TryUse"/> says otherwise.</summary>
    /// <param name="signers">The log's keys; their name is the origin. Owned from here on.</param>
    public HeadSigner(params ImmutableArray<NoteSigner> signers)
    {
        if (signers.IsDefaultOrEmpty || signers.Any(s => s.VerifierKey.Name != signers[0].VerifierKey.Name))
        {
            throw new ArgumentException("expected keys of one log", nameof(signers));
        }

        (_held, _signers) = (signers, [signers[0]]);
    }

    /// <summary>Name of the log.</summary>
    public string Origin => _held[0].VerifierKey.Name;

    /// <summary>All keys that it has, also one that is not announced yet.</summary>
    public ImmutableArray<VerifierKey> Held => [.. _held.Select(s => s.VerifierKey)];

    /// <summary>The newest key in force.</summary>
    public VerifierKey VerifierKey
    {
        get
        {
            lock (_lock)
            {
                return _signers[^1].VerifierKey;
            }
        }
    }

    /// <summary>Says which keys sign from here on, the oldest first. False where it does not have one of them: then nothing is changed.</summary>
    public bool TryUse(ImmutableArray<VerifierKey> keys)
    {
        ImmutableArray<NoteSigner> signers = [.. keys.Select(key => _held.FirstOrDefault(s => s.VerifierKey.Equals(key))).OfType<NoteSigner>()];
        if (signers.IsEmpty || signers.Length != keys.Length)
        {
            return false;
        }

        lock (_lock)
        {
            _signers = signers;
        }

        return true;
    }

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
            note = Advance(size, root) ? Sign(_last!.ToText()) : null;
            return note is not null;
        }
    }

    /// <summary>Signs that the fold over the first entries of this log has a digest. Only for a size that a head was signed for, or a smaller one.</summary>
    public bool TrySign(FoldSeal seal, [NotNullWhen(true)] out SignedNote? note)
    {
        ArgumentNullException.ThrowIfNull(seal);
        lock (_lock)
        {
            note = !_poisoned && seal.Origin == Origin && seal.Size >= 0 && seal.Size <= _last?.Size ? Sign(seal.ToText()) : null;
            return note is not null;
        }
    }

    public void Dispose()
    {
        foreach (var signer in _held)
        {
            signer.Dispose();
        }
    }

    private SignedNote Sign(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return SignedNote.Of(text, [.. _signers.Select(s => s.Sign(bytes))]);
    }

    private bool Advance(long size, in Digest root)
    {
        var head = new Checkpoint(Origin, size, root);
        _poisoned |= size < 0 || size < _last?.Size || (size == _last?.Size && root != _last.Root) || !Checkpoint.TryParse(head.ToText(), out _);
        _last = _poisoned ? _last : head;
        return !_poisoned;
    }
}
