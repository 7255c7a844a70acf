namespace Obstat.Core.Decisions;

/// <summary>The name of a policy: the value of its <c>@id</c>, <c>[a-z0-9][a-z0-9._-]{0,63}</c>, unique in a set.</summary>
public readonly record struct PolicyId : IComparable<PolicyId>
{
    /// <summary>Characters of a name.</summary>
    public const int LengthMax = 64;

    private readonly string? _text;

    private PolicyId(string text) => _text = text;

    /// <summary>Reads a name; anything else refuses.</summary>
    public static bool TryParse(string? text, out PolicyId id)
    {
        var right = text is { Length: > 0 and <= LengthMax }
            && (char.IsAsciiLetterLower(text[0]) || char.IsAsciiDigit(text[0]))
            && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
        id = right ? new PolicyId(text!) : default;
        return right;
    }

    /// <inheritdoc/>
    public int CompareTo(PolicyId other) => string.CompareOrdinal(_text, other._text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";

    /// <summary>Ordinal order.</summary>
    public static bool operator <(PolicyId left, PolicyId right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator <=(PolicyId left, PolicyId right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >(PolicyId left, PolicyId right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order.</summary>
    public static bool operator >=(PolicyId left, PolicyId right) => left.CompareTo(right) >= 0;
}
