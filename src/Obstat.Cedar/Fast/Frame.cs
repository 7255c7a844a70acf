using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>What one evaluation looks at and leaves behind. Used again and again by one thread.</summary>
internal sealed class Frame
{
    public FastStore Store = null!;
    public FastEntity Principal = null!;
    public FastEntity Action = null!;
    public FastEntity Resource = null!;
    public CedarRecord Context = CedarRecord.Empty;
    public FastEntity[] Minted = [];
    public bool IsStrict;
    public EvaluationError Error;
    public Expr? ErrorNode;
    public EntityUid? Missing;

    /// <summary>The facts of an entity. Entities of the request go before those of the store.</summary>
    public FastEntity Resolve(EntityUid uid)
    {
        foreach (var minted in Minted)
        {
            if (minted.Uid.Equals(uid))
            {
                return minted;
            }
        }

        if (uid.Slot is FastEntity own && ReferenceEquals(own.Store, Store))
        {
            return own;
        }

        // A reference that policies, facts or a bound request made for themselves remembers what it found; another store finds anew.
        own = Store.Find(uid);
        uid.Slot = own;
        return own;
    }

    /// <summary>Whether the evaluation may look at the entity; not in the strict mode if it is absent.</summary>
    public bool IsTouchable(FastEntity entity, Expr node)
    {
        if (!IsStrict || entity.IsPresent)
        {
            return true;
        }

        (Missing, ErrorNode) = (entity.Uid, node);
        return false;
    }

    public bool Fail(EvaluationError error, Expr node)
    {
        (Error, ErrorNode) = (error, node);
        return false;
    }
}
