using System.Collections.Immutable;

namespace Obstat.Cedar.Schemas;

/// <summary>A type as written, its names not yet resolved.</summary>
public abstract class TypeExpression
{
    private TypeExpression(Span span) => Span = span;

    /// <summary>Where it stands.</summary>
    public Span Span { get; }

    /// <summary><c>Set&lt;T&gt;</c>.</summary>
    public sealed class Set(TypeExpression element, Span span) : TypeExpression(span)
    {
        /// <summary>The type of the elements.</summary>
        public TypeExpression Element { get; } = element;
    }

    /// <summary><c>{a: T, b?: U}</c>.</summary>
    public sealed class Record(ImmutableArray<FieldDeclaration> fields, Span span) : TypeExpression(span)
    {
        /// <summary>The fields, in the order written.</summary>
        public ImmutableArray<FieldDeclaration> Fields { get; } = fields;
    }

    /// <summary>The name of a type.</summary>
    public sealed class Named(string path, TypeNameKind kind, Span span) : TypeExpression(span)
    {
        /// <summary>The name as written.</summary>
        public string Path { get; } = path;

        /// <summary>What it may name.</summary>
        public TypeNameKind Kind { get; } = kind;
    }
}
