namespace Obstat.Cedar.Schemas;

/// <summary>One attribute of a record or entity type.</summary>
/// <param name="Name">Its name, any string.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsRequired">Whether every value has it.</param>
public sealed record AttributeType(string Name, CedarType Type, bool IsRequired);
