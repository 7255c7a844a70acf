using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Validation;

/// <summary>The smallest type that holds the values of two types, in the strict reading: different kinds, entity types and record shapes have none.</summary>
internal static class TypeJoin
{
    public static CedarType? Of(CedarType a, CedarType b)
    {
        switch (a, b)
        {
            case (CedarType.Boolean x, CedarType.Boolean y):
                return x.Known == y.Known ? x : CedarType.Bool;
            case (CedarType.Set x, CedarType.Set y):
                return x.Element is null ? y : y.Element is null ? x : Of(x.Element, y.Element) is { } element ? new CedarType.Set(element) : null;
            case (CedarType.Record x, CedarType.Record y):
                return OfRecords(x, y);
            default:
                return a.Equals(b) ? a : null;
        }
    }

    private static CedarType.Record? OfRecords(CedarType.Record a, CedarType.Record b)
    {
        if (a.Attributes.Length != b.Attributes.Length)
        {
            return null;
        }

        var joined = new List<AttributeType>(a.Attributes.Length);
        for (var i = 0; i < a.Attributes.Length; i++)
        {
            var (x, y) = (a.Attributes[i], b.Attributes[i]);
            if (!string.Equals(x.Name, y.Name, StringComparison.Ordinal) || x.IsRequired != y.IsRequired || Of(x.Type, y.Type) is not { } type)
            {
                return null;
            }

            joined.Add(new(x.Name, type, x.IsRequired));
        }

        return new(joined);
    }
}
