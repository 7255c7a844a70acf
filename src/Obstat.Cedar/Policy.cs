using System.Collections.Immutable;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar;

/// <summary>One policy: effect, scope, conditions, annotations. With slots in its scope it is a template and decides nothing.</summary>
public sealed class Policy
{
    internal Policy(
        string id,
        Effect effect,
        ImmutableArray<Annotation> annotations,
        ScopeConstraint principal,
        ScopeConstraint action,
        ScopeConstraint resource,
        ImmutableArray<Condition> conditions,
        Span span)
    {
        (Id, Effect, Annotations, Conditions, Span) = (id, effect, annotations, conditions, span);
        (Principal, Action, Resource) = (principal, action, resource);
    }

    /// <summary>The id: <c>policy0</c>, <c>policy1</c> .. from text, until renamed.</summary>
    public string Id { get; private init; }

    /// <summary>The template that this policy was linked from, if it was.</summary>
    public Policy? Template { get; private init; }

    /// <summary>What it does when satisfied.</summary>
    public Effect Effect { get; }

    /// <summary>The annotations, in the order written; names are distinct.</summary>
    public ImmutableArray<Annotation> Annotations { get; }

    /// <summary>The constraint on the principal.</summary>
    public ScopeConstraint Principal { get; private init; }

    /// <summary>The constraint on the action.</summary>
    public ScopeConstraint Action { get; }

    /// <summary>The constraint on the resource.</summary>
    public ScopeConstraint Resource { get; private init; }

    /// <summary>The conditions, in the order written.</summary>
    public ImmutableArray<Condition> Conditions { get; }

    /// <summary>Where the policy stands in its text.</summary>
    public Span Span { get; }

    /// <summary>Whether its scope alone decides.</summary>
    public bool HasConditions => !Conditions.IsEmpty;

    /// <summary>Whether a slot is open.</summary>
    public bool IsTemplate => Principal.HasSlot || Resource.HasSlot;

    /// <summary>The value of one annotation, or nothing.</summary>
    public string? AnnotationOf(string name)
    {
        foreach (var annotation in Annotations)
        {
            if (string.Equals(annotation.Name, name, StringComparison.Ordinal))
            {
                return annotation.Value;
            }
        }

        return null;
    }

    /// <summary>The same policy under another id.</summary>
    public Policy WithId(string id) => Copy(id, Template, Principal, Resource);

    /// <summary>
    /// Fills the slots of a template. Refuses (<see cref="DiagnosticCode.UnboundLink"/>) a missing value and one too many.
    /// </summary>
    public Parsed<Policy> Link(string newId, EntityUid? principal, EntityUid? resource)
    {
        ArgumentNullException.ThrowIfNull(newId);
        return Principal.HasSlot == principal is not null && Resource.HasSlot == resource is not null && IsTemplate
            ? new(Copy(newId, this, principal is null ? Principal : Principal.Fill(principal), resource is null ? Resource : Resource.Fill(resource)))
            : new([new Diagnostic(DiagnosticCode.UnboundLink, "a link gives exactly the slots of its template", Span, newId)]);
    }

    /// <summary>Reads one policy or template in its JSON form.</summary>
    public static Parsed<Policy> ParseJson(string id, string json) => Json.PolicyJsonReader.ReadPolicy(id, json);

    /// <summary>The policy in its JSON form. Comments and places in the text are not part of it.</summary>
    public string ToJson() => Json.PolicyJsonWriter.Write(this);

    /// <summary>The policy as text on few lines; reading it gives the same policy but for places. </summary>
    public string ToText() => PolicyPrinter.Print(this);

    /// <inheritdoc/>
    public override string ToString() => Id;

    private Policy Copy(string id, Policy? template, ScopeConstraint principal, ScopeConstraint resource) =>
        new(id, Effect, Annotations, principal, Action, resource, Conditions, Span) { Template = template };
}
