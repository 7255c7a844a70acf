using System.Collections.Immutable;

namespace Obstat.Gateway.Methods;

/// <summary>Revisions as they stand on the wire.</summary>
internal static class RevisionText
{
    /// <summary>All that are spoken here, the latest first.</summary>
    public static ImmutableArray<string> All { get; } = ["2026-07-28", "2025-11-25"];

    /// <summary>The revision of that exact name; <see cref="Revision.None"/> for any other text.</summary>
    public static Revision Parse(string? text) => text switch
    {
        "2025-11-25" => Revision.R20251125,
        "2026-07-28" => Revision.R20260728,
        _ => Revision.None,
    };

    /// <summary>The name of one revision.</summary>
    public static string ToWire(this Revision revision) => revision switch
    {
        Revision.R20251125 => "2025-11-25",
        Revision.R20260728 => "2026-07-28",
        _ => throw new ArgumentOutOfRangeException(nameof(revision), revision, "not one revision"),
    };
}
