namespace Obstat.Proof.Messages;

/// <summary>The boot of a point before this one, as far as the point remembers.</summary>
/// <param name="Boot">Its id.</param>
/// <param name="LastSeq">The last number it used, 0 for none.</param>
public sealed record PreviousBoot(string Boot, long LastSeq);
