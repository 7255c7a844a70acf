using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Schemas;

/// <summary>A type of values, as schemas declare them and validation computes them. Equality is structural.</summary>
public abstract class CedarType : IEquatable<CedarType>
{
    private CedarType()
    {
    }

    /// <summary><c>Bool</c>.</summary>
    public static CedarType Bool { get; } = new Boolean(null);

    /// <summary>The type of <c>true</c> alone, which validation computes.</summary>
    public static CedarType True { get; } = new Boolean(true);

    /// <summary>The type of <c>false</c> alone, which validation computes.</summary>
    public static CedarType False { get; } = new Boolean(false);

    /// <summary><c>Long</c>.</summary>
    public static CedarType Long { get; } = new Primitive(CedarKind.Long);

    /// <summary><c>String</c>.</summary>
    public static CedarType String { get; } = new Primitive(CedarKind.String);

    /// <summary><c>decimal</c>.</summary>
    public static CedarType Decimal { get; } = new Primitive(CedarKind.Decimal);

    /// <summary><c>ipaddr</c>.</summary>
    public static CedarType IpAddr { get; } = new Primitive(CedarKind.IpAddr);

    /// <summary><c>datetime</c>.</summary>
    public static CedarType DateTime { get; } = new Primitive(CedarKind.DateTime);

    /// <summary><c>duration</c>.</summary>
    public static CedarType Duration { get; } = new Primitive(CedarKind.Duration);

    /// <summary>The kind of the values of this type.</summary>
    public abstract CedarKind Kind { get; }

    /// <summary>The built-in type of that name, or nothing.</summary>
    public static CedarType? BuiltIn(string name) => name switch
    {
        "Bool" or "Boolean" => Bool,
        "Long" => Long,
        "String" => String,
        "decimal" => Decimal,
        "ipaddr" => IpAddr,
        "datetime" => DateTime,
        "duration" => Duration,
        _ => null,
    };

    /// <summary>The type of a primitive or extension kind.</summary>
    internal static CedarType Of(CedarKind kind) => kind switch
    {
        CedarKind.Bool => Bool,
        CedarKind.Long => Long,
        CedarKind.String => String,
        CedarKind.Decimal => Decimal,
        CedarKind.IpAddr => IpAddr,
        CedarKind.DateTime => DateTime,
        CedarKind.Duration => Duration,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <inheritdoc/>
    public abstract bool Equals(CedarType? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as CedarType);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary><c>Bool</c>, or one of its two singletons.</summary>
    public sealed class Boolean : CedarType
    {
        internal Boolean(bool? known) => Known = known;

        /// <summary>The only value of the type, if it is a singleton.</summary>
        public bool? Known { get; }

        /// <inheritdoc/>
        public override CedarKind Kind => CedarKind.Bool;

        /// <inheritdoc/>
        public override bool Equals(CedarType? other) => other is Boolean that && Known == that.Known;

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(CedarKind.Bool, Known);

        /// <inheritdoc/>
        public override string ToString() => Known switch { true => "True", false => "False", _ => "Bool" };
    }

    /// <summary><c>Long</c>, <c>String</c> or an extension type.</summary>
    public sealed class Primitive : CedarType
    {
        internal Primitive(CedarKind kind) => Kind = kind;

        /// <inheritdoc/>
        public override CedarKind Kind { get; }

        /// <summary>Whether it is one of the four extension types.</summary>
        public bool IsExtension => Kind is not (CedarKind.Long or CedarKind.String);

        /// <inheritdoc/>
        public override bool Equals(CedarType? other) => other is Primitive that && Kind == that.Kind;

        /// <inheritdoc/>
        public override int GetHashCode() => Kind.GetHashCode();

        /// <inheritdoc/>
        public override string ToString() => Kind switch
        {
            CedarKind.Decimal => "decimal",
            CedarKind.IpAddr => "ipaddr",
            CedarKind.DateTime => "datetime",
            CedarKind.Duration => "duration",
            _ => Kind.ToString(),
        };
    }

    /// <summary><c>Set&lt;T&gt;</c>.</summary>
    public sealed class Set(CedarType? element) : CedarType
    {
        /// <summary>The type of the elements; nothing only for the type of an empty set, which no schema can declare.</summary>
        public CedarType? Element { get; } = element;

        /// <inheritdoc/>
        public override CedarKind Kind => CedarKind.Set;

        /// <inheritdoc/>
        public override bool Equals(CedarType? other) => other is Set that && Equals(Element, that.Element);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(CedarKind.Set, Element);

        /// <inheritdoc/>
        public override string ToString() => $"Set<{Element}>";
    }

    /// <summary>A reference to an entity of one type.</summary>
    public sealed class Entity(string name) : CedarType
    {
        /// <summary>The entity type.</summary>
        public string Name { get; } = name;

        /// <inheritdoc/>
        public override CedarKind Kind => CedarKind.Entity;

        /// <inheritdoc/>
        public override bool Equals(CedarType? other) => other is Entity that && string.Equals(Name, that.Name, StringComparison.Ordinal);

        /// <inheritdoc/>
        public override int GetHashCode() => string.GetHashCode(Name, StringComparison.Ordinal);

        /// <inheritdoc/>
        public override string ToString() => Name;
    }

    /// <summary>A record of exactly these attributes, some of them optional.</summary>
    public sealed class Record : CedarType
    {
        private readonly int _hash;

        /// <summary>A record type; the attributes may come in any order. Refuses a name twice with <see cref="ArgumentException"/>.</summary>
        public Record(IEnumerable<AttributeType> attributes)
        {
            Attributes = [.. attributes.OrderBy(a => a.Name, StringComparer.Ordinal)];
            var hash = default(HashCode);
            for (var i = 0; i < Attributes.Length; i++)
            {
                if (i > 0 && string.Equals(Attributes[i - 1].Name, Attributes[i].Name, StringComparison.Ordinal))
                {
                    throw new ArgumentException($"the attribute {Attributes[i].Name} occurs twice", nameof(attributes));
                }

                hash.Add(Attributes[i]);
            }

            _hash = hash.ToHashCode();
        }

        /// <summary>The record type without attributes.</summary>
        public static Record Empty { get; } = new([]);

        /// <summary>The attributes, in ordinal order of their names.</summary>
        public ImmutableArray<AttributeType> Attributes { get; }

        /// <inheritdoc/>
        public override CedarKind Kind => CedarKind.Record;

        /// <summary>The attribute of that name.</summary>
        public bool TryGet(string name, [NotNullWhen(true)] out AttributeType? attribute)
        {
            var (low, high) = (0, Attributes.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) >>> 1;
                var order = string.CompareOrdinal(Attributes[middle].Name, name);
                if (order == 0)
                {
                    attribute = Attributes[middle];
                    return true;
                }

                (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
            }

            attribute = null;
            return false;
        }

        /// <inheritdoc/>
        public override bool Equals(CedarType? other) =>
            ReferenceEquals(this, other) || (other is Record that && _hash == that._hash && Attributes.SequenceEqual(that.Attributes));

        /// <inheritdoc/>
        public override int GetHashCode() => _hash;

        /// <inheritdoc/>
        public override string ToString() => $"{{{string.Join(", ", Attributes.Select(a => $"{a.Name}{(a.IsRequired ? "" : "?")}: {a.Type}"))}}}";
    }
}
