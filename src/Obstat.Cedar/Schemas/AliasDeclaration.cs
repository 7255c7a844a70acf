using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary><c>type T = ..;</c> as written.</summary>
/// <param name="Name">Its name, without namespace.</param>
/// <param name="Type">What it stands for.</param>
/// <param name="Annotations">Its annotations.</param>
/// <param name="Span">Where it stands.</param>
public sealed record AliasDeclaration(string Name, TypeExpression Type, ImmutableArray<Annotation> Annotations, Span Span);
