using System.Collections.Immutable;
using System.Globalization;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Syntax;

/// <summary>
/// Recursive descent over the grammar of Cedar 4.5. After a complaint it goes on behind the next semicolon, so that one reading shows many.
/// A method that returns nothing has complained.
/// </summary>
internal sealed partial class PolicyParser : TokenParser
{
    private int _nesting;
    private int _nodes;

    private PolicyParser(string text, DiagnosticBag bag, List<Span>? comments = null)
        : base(text, bag, comments)
    {
    }

    public static List<Policy> ParseAll(string text, DiagnosticBag bag, bool allowTemplates)
    {
        ArgumentNullException.ThrowIfNull(text);
        var policies = new List<Policy>();
        if (text.Length > Limits.PolicyTextMax)
        {
            bag.Add(DiagnosticCode.TextTooLarge, $"a policy text has at most {Limits.PolicyTextMax} units");
            return policies;
        }

        var parser = new PolicyParser(text, bag);
        while (parser.Current.Kind != TokenKind.End && bag.Count < Limits.DiagnosticsMax)
        {
            var complaints = bag.Count;
            var policy = parser.ParsePolicy("policy" + policies.Count.ToString(CultureInfo.InvariantCulture));
            if (policy is null || bag.Count > complaints)
            {
                parser.Recover(policy is not null);
                continue;
            }

            if (policy.IsTemplate && !allowTemplates)
            {
                bag.Add(DiagnosticCode.TemplateNotAllowed, "a slot makes a template, and this is a set of policies", policy.Span);
            }

            if (policies.Count >= Limits.PoliciesMax)
            {
                bag.Add(DiagnosticCode.TooManyPolicies, $"a set has at most {Limits.PoliciesMax} policies", policy.Span);
                break;
            }

            policies.Add(policy);
        }

        return policies;
    }

    public static bool TryParseEntity(string text, out EntityUid? uid)
    {
        ArgumentNullException.ThrowIfNull(text);
        uid = null;
        if (text.Length > 4 * Limits.StringMax)
        {
            return false;
        }

        var bag = new DiagnosticBag();
        var parser = new PolicyParser(text, bag);
        var parsed = parser.ParseEntity();
        if (parsed is null || parser.Current.Kind != TokenKind.End || !bag.IsEmpty)
        {
            return false;
        }

        uid = parsed;
        return true;
    }

    /// <summary>Reads one expression alone, for tools and tests.</summary>
    public static Expr? ParseExpression(string text, DiagnosticBag bag)
    {
        if (text.Length > Limits.PolicyTextMax)
        {
            bag.Add(DiagnosticCode.TextTooLarge, $"a policy text has at most {Limits.PolicyTextMax} units");
            return null;
        }

        var parser = new PolicyParser(text, bag);
        var expr = parser.ParseExpr();
        if (expr is not null && parser.Current.Kind != TokenKind.End)
        {
            _ = parser.Unexpected("the end of the expression");
        }

        return bag.IsEmpty ? expr : null;
    }

    private Policy? ParsePolicy(string id)
    {
        (_nesting, _nodes) = (0, 0);
        var start = Current.Span;
        if (ParseAnnotations() is not { } annotations)
        {
            return null;
        }

        Effect effect;
        if (IsWord("permit"))
        {
            effect = Effect.Permit;
        }
        else if (IsWord("forbid"))
        {
            effect = Effect.Forbid;
        }
        else
        {
            return Unexpected<Policy>("permit or forbid");
        }

        Advance();
        if (!Expect(TokenKind.OpenParen, "(")
            || ParseScope("principal", "?principal") is not { } principal || !Expect(TokenKind.Comma, ",")
            || ParseActionScope() is not { } action || !Expect(TokenKind.Comma, ",")
            || ParseScope("resource", "?resource") is not { } resource)
        {
            return null;
        }

        if (Current.Kind == TokenKind.Comma)
        {
            Advance();
        }

        if (!Expect(TokenKind.CloseParen, ")") || ParseConditions() is not { } conditions || !Expect(TokenKind.Semicolon, ";"))
        {
            return null;
        }

        return new(id, effect, annotations, principal, action, resource, conditions, Span.Cover(start, Previous));
    }

    private ScopeConstraint? ParseScope(string variable, string slot)
    {
        var start = Current.Span;
        if (!IsWord(variable))
        {
            return Unexpected<ScopeConstraint>(variable);
        }

        Advance();
        var (kind, type) = (ScopeKind.Any, (string?)null);
        if (Current.Kind == TokenKind.Equal)
        {
            kind = ScopeKind.Equal;
        }
        else if (IsWord("in"))
        {
            kind = ScopeKind.In;
        }
        else if (IsWord("is"))
        {
            Advance();
            if ((type = ParsePath()) is null)
            {
                return null;
            }

            kind = IsWord("in") ? ScopeKind.IsIn : ScopeKind.Is;
        }

        if (kind is ScopeKind.Any or ScopeKind.Is)
        {
            return new(kind, [], type, false, Span.Cover(start, Previous));
        }

        Advance();
        if (Current.Kind != TokenKind.Question)
        {
            return ParseEntity() is { } entity ? new(kind, [entity], type, false, Span.Cover(start, Previous)) : null;
        }

        var slotStart = Current.Span;
        Advance();
        if (Current.Kind != TokenKind.Identifier || !string.Equals("?" + Word, slot, StringComparison.Ordinal) || Current.Span.Start != slotStart.End)
        {
            Bag.Add(DiagnosticCode.SlotNotAllowed, $"only {slot} may stand here", slotStart);
            return null;
        }

        Advance();
        return new(kind, [], type, true, Span.Cover(start, Previous));
    }

    private ScopeConstraint? ParseActionScope()
    {
        var start = Current.Span;
        if (!IsWord("action"))
        {
            return Unexpected<ScopeConstraint>("action");
        }

        Advance();
        if (Current.Kind == TokenKind.Equal)
        {
            Advance();
            return ParseActionEntity() is { } entity ? new(ScopeKind.Equal, [entity], null, false, Span.Cover(start, Previous)) : null;
        }

        if (!IsWord("in"))
        {
            return new(ScopeKind.Any, [], null, false, Span.Cover(start, Previous));
        }

        Advance();
        if (Current.Kind != TokenKind.OpenBracket)
        {
            return ParseActionEntity() is { } entity ? new(ScopeKind.In, [entity], null, false, Span.Cover(start, Previous)) : null;
        }

        Advance();
        var entities = ImmutableArray.CreateBuilder<EntityUid>();
        while (Current.Kind != TokenKind.CloseBracket)
        {
            if (ParseActionEntity() is not { } entity)
            {
                return null;
            }

            entities.Add(entity);
            if (Current.Kind != TokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        return Expect(TokenKind.CloseBracket, "]") ? new(ScopeKind.InSet, entities.DrainToImmutable(), null, false, Span.Cover(start, Previous)) : null;
    }

    private EntityUid? ParseActionEntity()
    {
        var start = Current.Span;
        var entity = ParseEntity();
        if (entity is { IsAction: false })
        {
            Bag.Add(DiagnosticCode.NotAnAction, "the type of an action ends in Action", Span.Cover(start, Previous));
            return null;
        }

        return entity;
    }

    private ImmutableArray<Condition>? ParseConditions()
    {
        var conditions = ImmutableArray.CreateBuilder<Condition>();
        while (IsWord("when") || IsWord("unless"))
        {
            var start = Current.Span;
            var isUnless = IsWord("unless");
            Advance();
            if (!Expect(TokenKind.OpenBrace, "{"))
            {
                return null;
            }

            if (Current.Kind == TokenKind.CloseBrace)
            {
                Bag.Add(DiagnosticCode.EmptyCondition, "a condition has an expression", Span.Cover(start, Current.Span));
                return null;
            }

            if (ParseExpr() is not { } body || !Expect(TokenKind.CloseBrace, "}"))
            {
                return null;
            }

            conditions.Add(new(isUnless, body, Span.Cover(start, Previous)));
        }

        return conditions.DrainToImmutable();
    }
}
