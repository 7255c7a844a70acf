using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>Makes the plans by which values of declared types are read.</summary>
internal sealed class PlanMaker(PolicyNames names, TypeTable types)
{
    private readonly Dictionary<CedarType, ValuePlan> _made = [];

    public RecordPlan OfRecord(CedarType.Record type) => new([.. type.Attributes.Select(a => (a.Name, a.IsRequired, Of(a.Type)))], names.Strings);

    private ValuePlan Of(CedarType type)
    {
        if (!_made.TryGetValue(type, out var plan))
        {
            _made.Add(type, plan = Make(type));
        }

        return plan;
    }

    private ValuePlan Make(CedarType type) => type switch
    {
        CedarType.Boolean => new BoolPlan(),
        CedarType.Primitive { IsExtension: true } => new ExtensionPlan(type.Kind, ConstructorOf(type.Kind)),
        CedarType.Primitive { Kind: CedarKind.Long } => new LongPlan(),
        CedarType.Primitive { Kind: CedarKind.String } => new StringPlan(),
        CedarType.Entity entity when types.Of(entity.Name) is { } declared => new ReferencePlan(types, declared),
        CedarType.Set { Element: { } element } => new SetPlan(Of(element)),
        CedarType.Record record when !record.Attributes.Any(a => a.Name is "__entity" or "__extn" or "__expr") => OfRecord(record),
        _ => new NoPlan(),
    };

    private static byte[] ConstructorOf(CedarKind kind) => kind switch
    {
        CedarKind.Decimal => "decimal"u8.ToArray(),
        CedarKind.IpAddr => "ip"u8.ToArray(),
        CedarKind.DateTime => "datetime"u8.ToArray(),
        CedarKind.Duration => "duration"u8.ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
