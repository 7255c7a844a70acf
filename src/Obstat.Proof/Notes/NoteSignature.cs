namespace Obstat.Proof.Notes;

/// <summary>One signature line of a note, as it stands there: nothing of it is verified yet.</summary>
/// <param name="Name">Name of the key.</param>
/// <param name="KeyId">First four bytes of the key's hash, big-endian. A hint: it distinguishes keys of one name and proves nothing.</param>
/// <param name="Bytes">What follows the key id.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The line, with its line feed.</summary>
    public string ToLine()
    {
        var blob = new byte[4 + Bytes.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(blob, KeyId);
        Bytes.Span.CopyTo(blob.AsSpan(4));
        return $"{SignedNote.LinePrefix}{Name} {Convert.ToBase64String(blob)}\n";
    }
}
