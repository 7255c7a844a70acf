using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>One namespace as written; its name is empty for what stands outside all namespaces.</summary>
/// <param name="Name">The path, or nothing at all.</param>
/// <param name="CommonTypes">Its common types.</param>
/// <param name="Entities">Its entity types.</param>
/// <param name="Actions">Its actions.</param>
/// <param name="Annotations">Its annotations.</param>
public sealed record NamespaceFragment(
    string Name,
    ImmutableArray<AliasDeclaration> CommonTypes,
    ImmutableArray<EntityDeclaration> Entities,
    ImmutableArray<ActionSyntax> Actions,
    ImmutableArray<Annotation> Annotations);
