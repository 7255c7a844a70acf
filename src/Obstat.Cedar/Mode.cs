namespace Obstat.Cedar;

/// <summary>How absent entities and errors are read. Zero is the stricter.</summary>
public enum Mode
{
    /// <summary>The fail-closed reading: a policy that touches an absent entity stops with <see cref="CedarAnswer.Missing"/>, and any error or missing entity denies.</summary>
    Strict = 0,

    /// <summary>The language as published: a policy that errors is skipped, an absent entity has no parents and no attributes.</summary>
    Standard,
}
