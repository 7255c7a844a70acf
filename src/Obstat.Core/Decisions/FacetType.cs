namespace Obstat.Core.Decisions;

/// <summary>The type of a facet. Zero fits no value.</summary>
public enum FacetType
{
    /// <summary>No type: refuses every value.</summary>
    None = 0,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A set of strings; one string stands for the set of it.</summary>
    Texts,

    /// <summary>A decimal, exact in four fraction digits.</summary>
    Amount,
}
