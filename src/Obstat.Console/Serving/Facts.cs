using Obstat.Console.Api;

namespace Obstat.Console.Serving;

/// <summary>What every page knows.</summary>
public sealed record Facts
{
    /// <summary>The page's title.</summary>
    public required string Title { get; init; }

    /// <summary>The entry of the navigation that it belongs to; empty for none.</summary>
    public required string Section { get; init; }

    /// <summary>How the plane is; null where that is unknown.</summary>
    public required StateView? State { get; init; }

    /// <summary>Why it is unknown.</summary>
    public required ApiRefusal? Unknown { get; init; }

    /// <summary>When this page was made.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How the reader wants it.</summary>
    public required Look Look { get; init; }

    /// <summary>The seal that forms carry; null where nobody is logged in.</summary>
    public required string? Seal { get; init; }

    /// <summary>Whether <c>/styleguide</c> is there.</summary>
    public required bool IsDevelopment { get; init; }

    /// <summary>Whether the page does without scripts.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Seconds after which the page loads itself again; null: it does not.</summary>
    public int? Refresh { get; init; }

    /// <summary>Where its events come from; null: only beats.</summary>
    public string? Live { get; init; }

    /// <summary>Whether what comes live fills the page whole, so that it goes on where it was when the plane comes back.</summary>
    public bool Keeps { get; init; }

    /// <summary>The search of the page, as it was asked; shown in the search field.</summary>
    public string Search { get; init; } = "";

    /// <summary>What the reader may.</summary>
    public Role Role => State?.Me.Role ?? Role.None;
}
