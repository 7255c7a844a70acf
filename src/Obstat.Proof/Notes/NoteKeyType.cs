namespace Obstat.Proof.Notes;

/// <summary>What a note key signs. Other types are not known and verify nothing.</summary>
public enum NoteKeyType
{
    None = 0,

    /// <summary>Ed25519 over the text (C2SP signed-note).</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over the text with a time before it: a witness's cosignature (C2SP tlog-cosignature).</summary>
    Cosignature = 0x04,
}
