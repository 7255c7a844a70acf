namespace Obstat.Core.Identities;

/// <summary>How an assertion is tied to who presents it. Zero is not at all.</summary>
public enum Possession
{
    /// <summary>Nothing was proven.</summary>
    None = 0,

    /// <summary>Whoever holds the token can present it.</summary>
    Bearer,

    /// <summary>Possession was proven on this channel.</summary>
    Bound,
}
