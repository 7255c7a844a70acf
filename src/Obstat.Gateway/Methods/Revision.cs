namespace Obstat.Gateway.Methods;

/// <summary>Revisions of the Model Context Protocol that this door knows. A revision that is not here is refused.</summary>
[Flags]
internal enum Revision
{
    /// <summary>None agreed.</summary>
    None = 0,

    /// <summary>2025-11-25: sessions, <c>initialize</c>, server requests.</summary>
    R20251125 = 1,

    /// <summary>2026-07-28: stateless, every request carries its own version.</summary>
    R20260728 = 2,
}
