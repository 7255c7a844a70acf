using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Evaluation;

/// <summary>What looks at entities: membership, types, attributes, tags.</summary>
internal sealed partial class ReferenceEvaluator
{
    private CedarValue? In(Expr node, CedarValue left, CedarValue right)
    {
        if (left is not EntityUid descendant)
        {
            return Fail(EvaluationError.TypeError, node);
        }

        if (right is EntityUid one)
        {
            return IsTouchable(descendant, node) ? CedarValue.Of(entities.IsIn(descendant, one)) : null;
        }

        if (right is not CedarSet many)
        {
            return Fail(EvaluationError.TypeError, node);
        }

        // Every element must be an entity before any of them is searched.
        foreach (var element in many.Elements)
        {
            if (element is not EntityUid)
            {
                return Fail(EvaluationError.TypeError, node);
            }
        }

        if (!IsTouchable(descendant, node))
        {
            return null;
        }

        foreach (var element in many.Elements)
        {
            if (entities.IsIn(descendant, (EntityUid)element))
            {
                return CedarBool.True;
            }
        }

        return CedarBool.False;
    }

    private CedarValue? Tag(Expr.Binary e, CedarValue left, CedarValue right)
    {
        if (left is not EntityUid uid)
        {
            return Fail(EvaluationError.TypeError, e.Left);
        }

        if (right is not CedarString key)
        {
            return Fail(EvaluationError.TypeError, e.Right);
        }

        if (!IsTouchable(uid, e))
        {
            return null;
        }

        var isStored = entities.TryGet(uid, out var entity);
        CedarValue? tag = null;
        var hasTag = isStored && entity!.Tags.TryGet(key.Value, out tag);
        return e.Operator == BinaryOperator.HasTag ? CedarValue.Of(hasTag)
            : hasTag ? tag
            : Fail(isStored ? EvaluationError.TagAbsent : EvaluationError.EntityAbsent, e);
    }

    private CedarBool? Has(Expr.Has e)
    {
        var target = Evaluate(e.Target);
        for (var i = 0; target is not null; i++)
        {
            if (Attributes(target, e) is not { } attributes)
            {
                return null;
            }

            if (!attributes.TryGet(e.Path[i], out target))
            {
                return CedarBool.False;
            }

            if (i == e.Path.Length - 1)
            {
                return CedarBool.True;
            }
        }

        return null;
    }

    private CedarValue? Attribute(Expr.Attribute e)
    {
        if (Evaluate(e.Target) is not { } target || Attributes(target, e) is not { } attributes)
        {
            return null;
        }

        return attributes.TryGet(e.Name, out var value) ? value
            : Fail(target is EntityUid uid && !entities.TryGet(uid, out _) ? EvaluationError.EntityAbsent : EvaluationError.AttributeAbsent, e);
    }

    /// <summary>The attributes of a record or of an entity; of an absent entity none.</summary>
    private CedarRecord? Attributes(CedarValue target, Expr node)
    {
        switch (target)
        {
            case CedarRecord record:
                return record;
            case EntityUid uid when IsTouchable(uid, node):
                return entities.TryGet(uid, out var entity) ? entity.Attributes : CedarRecord.Empty;
            case EntityUid:
                return null;
            default:
                _ = Fail(EvaluationError.TypeError, node);
                return null;
        }
    }

    private CedarValue? Is(Expr.Is e)
    {
        switch (Evaluate(e.Target))
        {
            case null:
                return null;
            case EntityUid uid when !string.Equals(uid.Type, e.EntityType, StringComparison.Ordinal):
                return CedarBool.False;
            case EntityUid uid:
                return e.Container is null ? CedarBool.True : Evaluate(e.Container) is { } container ? In(e, uid, container) : null;
            default:
                return Fail(EvaluationError.TypeError, e.Target);
        }
    }

    /// <summary>Whether the walk may look at the entity; not in the strict mode if it is absent.</summary>
    private bool IsTouchable(EntityUid uid, Expr node)
    {
        if (mode == Mode.Standard || entities.IsPresent(uid))
        {
            return true;
        }

        (MissingEntity, ErrorSpan) = (uid, node.Span);
        return false;
    }
}
