namespace Obstat.Cedar.Syntax;

/// <summary>What a satisfied policy does. Zero forbids.</summary>
public enum Effect
{
    Forbid = 0,
    Permit,
}
