using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Validation;

/// <summary>Which entities and entity types a policy may name under a schema.</summary>
internal static class EntityNames
{
    public static bool IsKnownType(Schema schema, string type) =>
        schema.EntityTypes.ContainsKey(type) || (Identifiers.IsActionType(type) && schema.Actions.Keys.Any(a => string.Equals(a.Type, type, StringComparison.Ordinal)));

    /// <summary>Whether an entity of the first type can be one of the second type or in one.</summary>
    public static bool CanBeIn(Schema schema, string contained, string container)
    {
        if (string.Equals(contained, container, StringComparison.Ordinal))
        {
            return true;
        }

        if (schema.EntityTypes.TryGetValue(contained, out var declaration))
        {
            return declaration.AncestorTypes.Contains(container);
        }

        return schema.Actions.Values.Any(a =>
            string.Equals(a.Uid.Type, contained, StringComparison.Ordinal) && a.Ancestors.Any(g => string.Equals(g.Type, container, StringComparison.Ordinal)));
    }

    /// <summary>What is wrong with naming this entity, if anything.</summary>
    public static Diagnostic? Complaint(Schema schema, EntityUid uid, Span span)
    {
        if (schema.EntityTypes.TryGetValue(uid.Type, out var declaration))
        {
            return declaration.IsEnum && !declaration.EnumIds.Contains(uid.Id)
                ? new(DiagnosticCode.InvalidEnumEntity, $"{uid} is not one of the listed entities", span)
                : null;
        }

        if (!uid.IsAction)
        {
            return new(DiagnosticCode.UnrecognizedEntityType, $"no entity type {uid.Type} is declared", span);
        }

        return schema.Actions.ContainsKey(uid) ? null : new(DiagnosticCode.UnrecognizedActionId, $"no action {uid} is declared", span);
    }
}
