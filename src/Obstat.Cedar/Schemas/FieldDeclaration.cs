using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>One attribute as written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsRequired">Whether no <c>?</c> stands behind the name.</param>
/// <param name="Annotations">Its annotations.</param>
public sealed record FieldDeclaration(string Name, TypeExpression Type, bool IsRequired, ImmutableArray<Annotation> Annotations);
