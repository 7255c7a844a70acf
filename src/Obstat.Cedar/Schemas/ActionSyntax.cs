using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary><c>action "a" in [..] appliesTo {..};</c> as written.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Parents">The groups that it is in.</param>
/// <param name="AppliesTo">What it applies to; nothing if it is not written, which is an action that no request can have.</param>
/// <param name="Annotations">Its annotations.</param>
/// <param name="Span">Where it stands.</param>
public sealed record ActionSyntax(
    string Name, ImmutableArray<ActionReference> Parents, AppliesTo? AppliesTo, ImmutableArray<Annotation> Annotations, Span Span);
