using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>A scope constraint on numbers.</summary>
internal readonly struct FastScope(ScopeConstraint source, PolicyNames names)
{
    private readonly ScopeKind _kind = source.Kind;
    private readonly int[] _entities = [.. source.Entities.Select(names.Add)];
    private readonly string? _type = source.EntityType is null ? null : names.Strings.Add(source.EntityType);
    private readonly Span _span = source.Span;

    public ScopeKind Kind => _kind;

    /// <summary>The one entity of <c>==</c>, <c>in</c>, <c>is .. in</c>.</summary>
    public int Entity => _entities[0];

    /// <summary>All entities named.</summary>
    public int[] Entities => _entities;

    public string? EntityType => _type;

    public Span Span => _span;

    /// <summary>1 or 0; or <see cref="Node.Failed"/> if it would look at the ancestors of an absent entity.</summary>
    public int Test(Frame frame, FastEntity entity)
    {
        switch (_kind)
        {
            case ScopeKind.Any:
                return 1;
            case ScopeKind.Equal:
                return entity.Number == _entities[0] ? 1 : 0;
            case ScopeKind.Is:
                return IsOfType(entity.Uid) ? 1 : 0;
            case ScopeKind.IsIn when !IsOfType(entity.Uid):
                return 0;
            case ScopeKind.In or ScopeKind.InSet or ScopeKind.IsIn:
                if (frame.IsStrict && !entity.IsPresent)
                {
                    frame.Missing = entity.Uid;
                    return Node.Failed;
                }

                foreach (var container in _entities)
                {
                    if (entity.IsIn(container))
                    {
                        return 1;
                    }
                }

                return 0;
            default:
                return 0;
        }
    }

    private bool IsOfType(EntityUid uid) => ReferenceEquals(uid.Type, _type) || string.Equals(uid.Type, _type, StringComparison.Ordinal);
}
