using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Values;

/// <summary>A reference to an entity: a type path such as <c>Plane::Agent</c> and an id, any string. Ordered ordinally by type, then id.</summary>
public sealed class EntityUid : CedarValue, IEquatable<EntityUid>, IComparable<EntityUid>
{
    private readonly int _hash;

    /// <summary>Makes a reference. Refuses a type that is not a path of identifiers, and lone surrogates, with <see cref="ArgumentException"/>.</summary>
    public EntityUid(string type, string id)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(id);
        if (!Identifiers.IsPath(type))
        {
            throw new ArgumentException($"not a type path: {type}", nameof(type));
        }

        if (!Quoting.IsScalarText(id))
        {
            throw new ArgumentException("an entity id holds a lone surrogate", nameof(id));
        }

        (Type, Id) = (type, id);
        _hash = HashOf(type, id);
    }

    private EntityUid(string type, string id, int hash) => (Type, Id, _hash) = (type, id, hash);

    /// <summary>The type path.</summary>
    public string Type { get; }

    /// <summary>The id.</summary>
    public string Id { get; }

    /// <summary>Whether the last part of the type is <c>Action</c>.</summary>
    public bool IsAction => Identifiers.IsActionType(Type);

    /// <inheritdoc/>
    public override CedarKind Kind => CedarKind.Entity;

    /// <summary>What a compiled store knows of this entity, in references that compiled policies and stores made for themselves.</summary>
    internal object? Slot { get; set; }

    /// <summary>Reads the form <c>Type::"id"</c>, as it stands in policies.</summary>
    public static bool TryParse(string text, out EntityUid? uid) => PolicyParser.TryParseEntity(text, out uid);

    /// <summary>An equal reference with a slot of its own.</summary>
    internal EntityUid WithOwnSlot(string type) => new(type, Id, _hash);

    /// <summary>A reference whose type is declared and whose id was decoded from valid UTF-8.</summary>
    internal static EntityUid OfDecoded(string type, string id) => new(type, id, HashOf(type, id));

    /// <inheritdoc/>
    public override bool Equals(CedarValue? other) => Equals(other as EntityUid);

    /// <inheritdoc/>
    public bool Equals(EntityUid? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && string.Equals(Id, other.Id, StringComparison.Ordinal) && string.Equals(Type, other.Type, StringComparison.Ordinal));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EntityUid);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public int CompareTo(EntityUid? other)
    {
        if (other is null)
        {
            return 1;
        }

        var byType = string.CompareOrdinal(Type, other.Type);
        return byType != 0 ? byType : string.CompareOrdinal(Id, other.Id);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}::{Quoting.Quote(Id)}";

    private static int HashOf(string type, string id) =>
        HashCode.Combine(string.GetHashCode(type, StringComparison.Ordinal), string.GetHashCode(id, StringComparison.Ordinal));

    public static bool operator ==(EntityUid? left, EntityUid? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(EntityUid? left, EntityUid? right) => !(left == right);

    public static bool operator <(EntityUid? left, EntityUid? right) => left is null ? right is not null : left.CompareTo(right) < 0;

    public static bool operator <=(EntityUid? left, EntityUid? right) => left is null || left.CompareTo(right) <= 0;

    public static bool operator >(EntityUid? left, EntityUid? right) => right < left;

    public static bool operator >=(EntityUid? left, EntityUid? right) => right <= left;
}
