using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary><c>entity T in [..] = {..} tags ..;</c> as written.</summary>
/// <param name="Name">Its name, without namespace.</param>
/// <param name="ParentTypes">The types that it may be in, as written.</param>
/// <param name="Shape">Its attributes; nothing if none are written.</param>
/// <param name="Tags">The type of its tags, if it has tags.</param>
/// <param name="EnumIds">The ids that exist, if they are listed; else default.</param>
/// <param name="Annotations">Its annotations.</param>
/// <param name="Span">Where it stands.</param>
public sealed record EntityDeclaration(
    string Name,
    ImmutableArray<string> ParentTypes,
    TypeExpression? Shape,
    TypeExpression? Tags,
    ImmutableArray<string> EnumIds,
    ImmutableArray<Annotation> Annotations,
    Span Span);
