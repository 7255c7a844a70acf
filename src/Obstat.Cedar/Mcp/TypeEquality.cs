using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Mcp;

/// <summary>Whether two declarations say the same, wherever they stand.</summary>
internal static class TypeEquality
{
    public static bool Equal(EntityDeclaration a, EntityDeclaration b)
        => a.EnumIds.IsDefault == b.EnumIds.IsDefault && (a.EnumIds.IsDefault || a.EnumIds.SequenceEqual(b.EnumIds, StringComparer.Ordinal))
            && a.ParentTypes.SequenceEqual(b.ParentTypes, StringComparer.Ordinal) && Equal(a.Shape, b.Shape) && Equal(a.Tags, b.Tags);

    private static bool Equal(TypeExpression? a, TypeExpression? b) => (a, b) switch
    {
        (null, null) => true,
        (TypeExpression.Set x, TypeExpression.Set y) => Equal(x.Element, y.Element),
        (TypeExpression.Named x, TypeExpression.Named y) => x.Path == y.Path && x.Kind == y.Kind,
        (TypeExpression.Record x, TypeExpression.Record y) => x.Fields.Length == y.Fields.Length
            && x.Fields.Zip(y.Fields).All(p => p.First.Name == p.Second.Name && p.First.IsRequired == p.Second.IsRequired && Equal(p.First.Type, p.Second.Type)),
        _ => false,
    };
}
