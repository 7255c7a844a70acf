using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Validation;

/// <summary>Attributes and tags: what is there, what may be there, and what was proved to be there.</summary>
internal sealed partial class Typechecker
{
    private Typed? CheckHas(Expr.Has e, Capabilities known)
    {
        // A path is a conjunction: a has b && a.b has c ..
        var target = e.Target;
        if (Check(target, known) is not { } typed)
        {
            return null;
        }

        Typed? result = null;
        var targets = HasTargets[e] = [];
        for (var i = 0; i < e.Path.Length; i++)
        {
            targets.Add(target);
            Types[target] = typed!.Type;
            var step = HasOne(e, target, typed.Type, e.Path[i], result is null ? known : known.And(result.Proved));
            if (step is null || step.IsFalse)
            {
                return step;
            }

            result = result is null ? step
                : new(step.IsTrue ? result.Type : result.IsTrue ? step.Type : CedarType.Bool, result.Proved.And(step.Proved));
            if (i + 1 < e.Path.Length)
            {
                target = new Expr.Attribute(target, e.Path[i], e.Span);
                typed = AttributeOf(target, ((Expr.Attribute)target).Target, typed.Type, e.Path[i], known.And(result.Proved));
                if (typed is null)
                {
                    return null;
                }
            }
        }

        return result;
    }

    /// <summary>Whether a step of a checked <c>has</c> asks for an attribute that may be absent.</summary>
    public bool IsOptional(Expr.Has e)
    {
        if (!HasTargets.TryGetValue(e, out var targets))
        {
            return false;
        }

        for (var i = 0; i < targets.Count; i++)
        {
            if (AttributesOf(Types[targets[i]]) is { } attributes && attributes.TryGet(e.Path[i], out var attribute) && !attribute.IsRequired)
            {
                return true;
            }
        }

        return false;
    }

    private Typed? HasOne(Expr node, Expr target, CedarType type, string name, Capabilities known)
    {
        var isEntity = type is CedarType.Entity;
        if (AttributesOf(type) is not { } attributes)
        {
            return Unexpected("a record or an entity", type, node);
        }

        if (!attributes.TryGet(name, out var attribute))
        {
            return new(CedarType.False);
        }

        var proof = Capabilities.Attribute(target, name);
        return known.Contains(proof) || (attribute.IsRequired && !isEntity) ? new(CedarType.True) : new(CedarType.Bool, Capabilities.Of(proof));
    }

    private Typed? CheckAttribute(Expr.Attribute e, Capabilities known) =>
        Check(e.Target, known) is { } target ? AttributeOf(e, e.Target, target.Type, e.Name, known) : null;

    private Typed? AttributeOf(Expr node, Expr target, CedarType type, string name, Capabilities known)
    {
        if (AttributesOf(type) is not { } attributes)
        {
            return Unexpected("a record or an entity", type, node);
        }

        if (!attributes.TryGet(name, out var attribute))
        {
            return Refuse(DiagnosticCode.UnsafeAttributeAccess, $"{(type is CedarType.Entity ? type.ToString() : "this record")} has no attribute {name}{(attributes.Attributes.IsEmpty ? ", nor any other" : $"; it has {string.Join(", ", attributes.Attributes.Select(a => a.Name))}")}", node);
        }

        return attribute.IsRequired || known.Contains(Capabilities.Attribute(target, name))
            ? new(attribute.Type)
            : Refuse(DiagnosticCode.UnsafeOptionalAttributeAccess, $"the attribute {name} is optional; ask has {name} first", node);
    }

    private CedarType.Record? AttributesOf(CedarType type) => type switch
    {
        CedarType.Record record => record,
        CedarType.Entity entity => schema.EntityTypes.TryGetValue(entity.Name, out var declaration) ? declaration.Attributes : CedarType.Record.Empty,
        _ => null,
    };

    private Typed? CheckTag(Expr.Binary e, Capabilities known)
    {
        var target = Check(e.Left, known);
        var isKey = Expect(e.Right, known, CedarType.String);
        if (target is null || !isKey)
        {
            return null;
        }

        if (target.Type is not CedarType.Entity entity)
        {
            return Unexpected("an entity", target.Type, e.Left);
        }

        var tags = schema.EntityTypes.GetValueOrDefault(entity.Name)?.Tags;
        var proof = Capabilities.Tag(e.Left, e.Right);
        if (e.Operator == BinaryOperator.HasTag)
        {
            return tags is null ? new(CedarType.False) : known.Contains(proof) ? new(CedarType.True) : new(CedarType.Bool, Capabilities.Of(proof));
        }

        if (tags is null)
        {
            return Refuse(DiagnosticCode.NoTagsAllowed, $"{entity} has no tags", e);
        }

        return known.Contains(proof) ? new(tags) : Refuse(DiagnosticCode.UnsafeTagAccess, "the tag may be absent; ask hasTag first", e);
    }
}
