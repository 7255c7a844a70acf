namespace Obstat.Cedar;

/// <summary>The bounds of everything that is read. Input beyond a bound is refused with its own diagnostic, never cut.</summary>
public static class Limits
{
    /// <summary>Size of one policy text, in UTF-16 code units (and in bytes where bytes are read).</summary>
    public const int PolicyTextMax = 4 << 20;

    /// <summary>Size of the text of a whole set, in UTF-16 code units.</summary>
    public const int SetTextMax = 64 << 20;

    /// <summary>Policies in one set.</summary>
    public const int PoliciesMax = 20_000;

    /// <summary>Expression nodes in one policy.</summary>
    public const int PolicyNodesMax = 8_192;

    /// <summary>Levels of nesting in one expression, one type or one value.</summary>
    public const int NestingMax = 64;

    /// <summary>Length of one identifier or string, in UTF-16 code units.</summary>
    public const int StringMax = 64 << 10;

    /// <summary>Levels of nesting in JSON of entities, contexts and schemas.</summary>
    public const int JsonDepthMax = 64;

    /// <summary>Size of one context as JSON, in bytes.</summary>
    public const int RequestBytesMax = 1 << 20;

    /// <summary>Size of one schema fragment, in UTF-16 code units.</summary>
    public const int SchemaTextMax = 4 << 20;

    /// <summary>Levels of parents above one entity.</summary>
    public const int ParentLevelsMax = 64;

    /// <summary>Diagnostics kept of one input; the rest are dropped.</summary>
    public const int DiagnosticsMax = 100;
}
