namespace Obstat.Cedar.Syntax;

/// <summary>The four variables of a request. Zero is none.</summary>
public enum Variable
{
    None = 0,
    Principal,
    Action,
    Resource,
    Context,
}
