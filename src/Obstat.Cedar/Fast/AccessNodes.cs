using System.Collections.Immutable;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>Where a name stood last: most records that an expression meets have one shape. A torn guess is only a wrong guess.</summary>
internal sealed class NameCursor(string name, NameTable table)
{
    private int _last;

    public bool TryGet(CedarRecord record, out CedarValue? value)
    {
        var names = record.Names;
        var guess = _last;
        if ((uint)guess < (uint)names.Length && ReferenceEquals(names[guess], name))
        {
            value = record.Values[guess];
            return true;
        }

        if (!ReferenceEquals(record.NameTable, table))
        {
            return record.TryGet(name, out value);
        }

        for (var i = 0; i < names.Length; i++)
        {
            if (ReferenceEquals(names[i], name))
            {
                _last = i;
                value = record.Values[i];
                return true;
            }
        }

        value = null;
        return false;
    }
}

internal sealed class AttributeNode(Node target, NameCursor cursor, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        if (!target.Evaluate(frame, out value))
        {
            return false;
        }

        CedarValue? found;
        if (value.Kind == CedarKind.Record)
        {
            if (!cursor.TryGet((CedarRecord)value.Object!, out found))
            {
                return frame.Fail(EvaluationError.AttributeAbsent, Source);
            }
        }
        else if (value.Kind == CedarKind.Entity)
        {
            var entity = frame.Resolve((EntityUid)value.Object!);
            if (!frame.IsTouchable(entity, Source))
            {
                return false;
            }

            if (!cursor.TryGet(entity.Attributes, out found))
            {
                return frame.Fail(entity.IsStored ? EvaluationError.AttributeAbsent : EvaluationError.EntityAbsent, Source);
            }
        }
        else
        {
            return frame.Fail(EvaluationError.TypeError, Source);
        }

        value = FastValue.Of(found!);
        return true;
    }
}

internal sealed class HasNode(Node target, NameCursor[] path, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!target.Evaluate(frame, out var value))
        {
            return Failed;
        }

        var current = value.Object;
        for (var i = 0; i < path.Length; i++)
        {
            CedarRecord attributes;
            switch (current)
            {
                case CedarRecord record:
                    attributes = record;
                    break;
                case EntityUid uid:
                    var entity = frame.Resolve(uid);
                    if (!frame.IsTouchable(entity, Source))
                    {
                        return Failed;
                    }

                    attributes = entity.Attributes;
                    break;
                default:
                    return Fail(frame, EvaluationError.TypeError, Source);
            }

            if (!path[i].TryGet(attributes, out current))
            {
                return 0;
            }
        }

        return 1;
    }
}

internal sealed class TagNode(Node target, Node key, bool isGet, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = default;
        if (!target.Evaluate(frame, out var owner) || !key.Evaluate(frame, out var name))
        {
            return false;
        }

        if (owner.Kind != CedarKind.Entity || name.Kind != CedarKind.String)
        {
            return frame.Fail(EvaluationError.TypeError, owner.Kind != CedarKind.Entity ? target.Source : key.Source);
        }

        var entity = frame.Resolve((EntityUid)owner.Object!);
        if (!frame.IsTouchable(entity, Source))
        {
            return false;
        }

        var hasTag = entity.Tags.TryGet(((CedarString)name.Object!).Value, out var tag);
        if (!isGet)
        {
            value = FastValue.Of(hasTag);
            return true;
        }

        if (!hasTag)
        {
            return frame.Fail(entity.IsStored ? EvaluationError.TagAbsent : EvaluationError.EntityAbsent, Source);
        }

        value = FastValue.Of(tag!);
        return true;
    }
}

/// <summary><c>in</c>; the numbers of a constant right side are known.</summary>
internal sealed class InNode(Node left, Node? right, int[]? constant, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!left.Evaluate(frame, out var contained))
        {
            return Failed;
        }

        if (constant is null)
        {
            return right!.Evaluate(frame, out var container) ? Search(frame, contained, container) : Failed;
        }

        if (contained.Kind != CedarKind.Entity)
        {
            return Fail(frame, EvaluationError.TypeError, Source);
        }

        var entity = frame.Resolve((EntityUid)contained.Object!);
        if (!frame.IsTouchable(entity, Source))
        {
            return Failed;
        }

        foreach (var number in constant)
        {
            if (entity.IsIn(number))
            {
                return 1;
            }
        }

        return 0;
    }

    private int Search(Frame frame, FastValue contained, FastValue container)
    {
        if (contained.Kind != CedarKind.Entity || container.Kind is not (CedarKind.Entity or CedarKind.Set))
        {
            return Fail(frame, EvaluationError.TypeError, Source);
        }

        var many = container.Object as CedarSet;
        if (many is not null)
        {
            foreach (var element in many.Elements)
            {
                if (element is not EntityUid)
                {
                    return Fail(frame, EvaluationError.TypeError, Source);
                }
            }
        }

        var entity = frame.Resolve((EntityUid)contained.Object!);
        if (!frame.IsTouchable(entity, Source))
        {
            return Failed;
        }

        if (many is null)
        {
            return Of(entity.IsIn((EntityUid)container.Object!));
        }

        foreach (var element in many.Elements)
        {
            if (entity.IsIn((EntityUid)element))
            {
                return 1;
            }
        }

        return 0;
    }
}

internal sealed class IsNode(Node target, string type, InNode? container, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!target.Evaluate(frame, out var value))
        {
            return Failed;
        }

        if (value.Kind != CedarKind.Entity)
        {
            return Fail(frame, EvaluationError.TypeError, target.Source);
        }

        var entity = (EntityUid)value.Object!;
        return !ReferenceEquals(entity.Type, type) && !string.Equals(entity.Type, type, StringComparison.Ordinal) ? 0 : container is null ? 1 : container.Test(frame);
    }
}

internal sealed class LikeNode(Node target, Pattern pattern, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!target.Evaluate(frame, out var value))
        {
            return Failed;
        }

        return value.Kind == CedarKind.String ? Of(pattern.Matches(((CedarString)value.Object!).Value)) : Fail(frame, EvaluationError.TypeError, target.Source);
    }
}

internal sealed class ContainsNode(Node left, Node right, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!left.Evaluate(frame, out var container) || !right.Evaluate(frame, out var element))
        {
            return Failed;
        }

        if (container.Kind != CedarKind.Set)
        {
            return Fail(frame, EvaluationError.TypeError, left.Source);
        }

        var set = (CedarSet)container.Object!;
        if (element.Object is null && set.Elements.Length <= 8)
        {
            // A computed number gets no object where a scan finds it.
            foreach (var candidate in set.Elements)
            {
                if (FastValue.Of(candidate).IsSame(element))
                {
                    return 1;
                }
            }

            return 0;
        }

        return Of(set.Contains(element.ToValue()));
    }
}

internal sealed class ContainsManyNode(Node left, Node right, bool isAll, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!left.Evaluate(frame, out var container) || !right.Evaluate(frame, out var elements))
        {
            return Failed;
        }

        if (container.Kind != CedarKind.Set || elements.Kind != CedarKind.Set)
        {
            return Fail(frame, EvaluationError.TypeError, container.Kind != CedarKind.Set ? left.Source : right.Source);
        }

        var (first, second) = ((CedarSet)container.Object!, (CedarSet)elements.Object!);
        return Of(isAll ? first.ContainsAll(second) : first.ContainsAny(second));
    }
}

internal sealed class IsEmptyNode(Node operand, Expr source) : BoolNode(source)
{
    public override int Test(Frame frame)
    {
        if (!operand.Evaluate(frame, out var value))
        {
            return Failed;
        }

        return value.Kind == CedarKind.Set ? Of(((CedarSet)value.Object!).Elements.IsEmpty) : Fail(frame, EvaluationError.TypeError, operand.Source);
    }
}

internal sealed class SetNode(Node[] elements, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = default;
        var values = new CedarValue[elements.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!elements[i].Evaluate(frame, out var element))
            {
                return false;
            }

            values[i] = element.ToValue();
        }

        value = FastValue.Of(CedarSet.Create(values));
        return true;
    }
}

internal sealed class RecordNode(ImmutableArray<string> names, Node[] fields, Expr source) : Node(source)
{
    public override bool Evaluate(Frame frame, out FastValue value)
    {
        value = default;
        var pairs = new KeyValuePair<string, CedarValue>[fields.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            if (!fields[i].Evaluate(frame, out var field))
            {
                return false;
            }

            pairs[i] = new(names[i], field.ToValue());
        }

        value = FastValue.Of(CedarRecord.Create(pairs));
        return true;
    }
}
