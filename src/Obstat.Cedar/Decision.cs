namespace Obstat.Cedar;

/// <summary>The answer to a request. Zero denies.</summary>
public enum Decision
{
    Deny = 0,
    Allow,
}
