using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar;

/// <summary>Policies with distinct ids that are judged together. Immutable. Holds no template: those are kept beside it until linked.</summary>
public sealed class PolicySet
{
    private readonly FrozenDictionary<string, Policy> _byId;

    private PolicySet(ImmutableArray<Policy> policies)
    {
        Policies = policies;
        _byId = policies.ToFrozenDictionary(p => p.Id, StringComparer.Ordinal);
    }

    /// <summary>The set that denies everything.</summary>
    public static PolicySet Empty { get; } = new([]);

    /// <summary>The policies, in the order given.</summary>
    public ImmutableArray<Policy> Policies { get; }

    /// <summary>Reads one text as policies <c>policy0</c>, <c>policy1</c> .. A template in it is refused. As a whole or not at all.</summary>
    public static Parsed<PolicySet> Parse(string text)
    {
        var bag = new DiagnosticBag();
        var policies = PolicyParser.ParseAll(text, bag, allowTemplates: false);
        return bag.IsEmpty ? new(new PolicySet([.. policies])) : new(bag.Items);
    }

    /// <summary>Reads UTF-8 text; invalid UTF-8 and a byte order mark are refused.</summary>
    public static Parsed<PolicySet> Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.PolicyTextMax)
        {
            return new([new Diagnostic(DiagnosticCode.TextTooLarge, $"a policy text has at most {Limits.PolicyTextMax} bytes")]);
        }

        return System.Text.Unicode.Utf8.IsValid(utf8)
            ? Parse(Encoding.UTF8.GetString(utf8))
            : new([new Diagnostic(DiagnosticCode.InvalidUtf8, "the text is not UTF-8")]);
    }

    /// <summary>
    /// Reads the JSON form of a set: <c>{staticPolicies, templates, templateLinks}</c>. Templates serve their links only. Refuses an id used twice, a link to no
    /// template and a link that leaves a slot open.
    /// </summary>
    public static Parsed<PolicySet> ParseJson(string json) => Json.PolicyJsonReader.ReadSet(json);

    /// <summary>Reads one text as static policies and templates, in the order written, ids <c>policy0</c>, <c>policy1</c> ..</summary>
    public static Parsed<IReadOnlyList<Policy>> ParsePolicies(string text)
    {
        var bag = new DiagnosticBag();
        var policies = PolicyParser.ParseAll(text, bag, allowTemplates: true);
        return bag.IsEmpty ? new(policies) : new(bag.Items);
    }

    /// <summary>A set of the given policies. Refuses an id that occurs twice, an open template, and too many policies.</summary>
    public static Parsed<PolicySet> Of(IEnumerable<Policy> policies)
    {
        ImmutableArray<Policy> all = [.. policies];
        var bag = new DiagnosticBag();
        if (all.Length > Limits.PoliciesMax)
        {
            bag.Add(DiagnosticCode.TooManyPolicies, $"a set has at most {Limits.PoliciesMax} policies");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var policy in all)
        {
            if (policy.IsTemplate)
            {
                bag.Add(DiagnosticCode.TemplateNotAllowed, "a template decides nothing before it is linked", policy.Span, policy.Id);
            }

            if (!seen.Add(policy.Id))
            {
                bag.Add(DiagnosticCode.DuplicateId, "this id names two policies", policy.Span, policy.Id);
            }
        }

        return bag.IsEmpty ? new(new PolicySet(all)) : new(bag.Items);
    }

    /// <summary>A set without the bound on its number of policies: to measure what grows with it.</summary>
    internal static PolicySet OfAnyNumber(ImmutableArray<Policy> policies) => new(policies);

    /// <summary>
    /// The same policies, each under the value of its annotation <paramref name="name"/>. Refuses (<see cref="DiagnosticCode.MissingId"/>,
    /// <see cref="DiagnosticCode.DuplicateId"/>) a policy without it and a value that occurs twice.
    /// </summary>
    public Parsed<PolicySet> RenamedBy(string name)
    {
        var bag = new DiagnosticBag();
        var renamed = new List<Policy>(Policies.Length);
        foreach (var policy in Policies)
        {
            if (policy.AnnotationOf(name) is not { Length: > 0 } id)
            {
                bag.Add(DiagnosticCode.MissingId, $"a policy without @{name}(\"..\")", policy.Span, policy.Id);
                continue;
            }

            renamed.Add(policy.WithId(id));
        }

        return bag.IsEmpty ? Of(renamed) : new(bag.Items);
    }

    /// <summary>The set in its JSON form; linked policies as links, with their templates.</summary>
    public string ToJson() => Json.PolicyJsonWriter.WriteSet(this);

    /// <summary>The policy of an id.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out Policy? policy) => _byId.TryGetValue(id, out policy);

    /// <summary>
    /// The policies whose scope matches, in the order of the set. A kind left out is not asked: without a resource, the policies that could match some resource.
    /// Templates never match.
    /// </summary>
    public IEnumerable<Policy> MatchingScope(Entities.EntityStore entities, EntityUid? principal, EntityUid? action, EntityUid? resource)
    {
        ArgumentNullException.ThrowIfNull(entities);
        return Policies.Where(p =>
            (principal is null || Evaluation.Scopes.Matches(p.Principal, principal, entities))
            && (action is null || Evaluation.Scopes.Matches(p.Action, action, entities))
            && (resource is null || Evaluation.Scopes.Matches(p.Resource, resource, entities)));
    }

    /// <summary>Every entity that a scope or a condition names literally, in order.</summary>
    public ImmutableSortedSet<EntityUid> EntityLiterals()
    {
        var found = ImmutableSortedSet.CreateBuilder<EntityUid>();
        foreach (var policy in Policies)
        {
            EntityLiteralWalk.Collect(policy, found);
        }

        return found.ToImmutable();
    }
}
