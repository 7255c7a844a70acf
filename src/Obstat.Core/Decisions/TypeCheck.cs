using System.Collections.Immutable;
using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Validation;

namespace Obstat.Core.Decisions;

/// <summary>
/// Strict validation of a law against the actions that exist: the house's, those of the pinned tools, and one for each class that no tool has. What could fail to evaluate by its types is
/// refused at load, with its place and a fix, so that no decision meets it.
/// </summary>
internal static class TypeCheck
{
    private const int FindingsMax = 100;

    /// <summary>What is wrong with the policies, at most 100.</summary>
    public static ImmutableArray<LawFinding> Of(Law law, Schema schema, EntityStore entities)
    {
        var findings = ImmutableArray.CreateBuilder<LawFinding>();
        foreach (var found in Linter.Check(law.Policies, schema, entities, law.Settings.Level).All.Where(d => !IsToldElsewhere(d.Code)).Take(FindingsMax))
        {
            var policy = law.Policies.TryGet(found.Subject ?? "", out var named) ? named : null;
            if (policy is not null && found.Code == DiagnosticCode.NoApplicableAction && NamesToolToCome(policy, schema))
            {
                continue;
            }

            var fix = FixOf(found.Code);
            findings.Add(law.At(policy, found.Span, found.Code.ToString(), $"{(policy is null ? "" : $"policy {policy.Id}: ")}{found.Message}{(fix.Length == 0 ? "" : "; fix: ")}{fix}", true));
        }

        return findings.DrainToImmutable();
    }

    // Names and literals are checked against the store, where a permit may name a tool that is still to be pinned.
    private static bool IsToldElsewhere(DiagnosticCode code)
        => code is DiagnosticCode.MissingId or DiagnosticCode.InvalidId or DiagnosticCode.DuplicateId or DiagnosticCode.ExpiredForbid or DiagnosticCode.UnknownEntityLiteral or DiagnosticCode.UnrecognizedActionId;

    private static bool NamesToolToCome(Policy policy, Schema schema) => policy.Effect == Effect.Permit && policy.Action.Entities.Any(a => !schema.Actions.ContainsKey(a));

    private static string FixOf(DiagnosticCode code) => code switch
    {
        DiagnosticCode.UnsafeAttributeAccess => "use a name that the action's context has (obstat schema from SERVER shows it), or narrow the action in the scope",
        DiagnosticCode.UnsafeOptionalAttributeAccess => "ask first: x has name && x.name ..",
        DiagnosticCode.UnsafeTagAccess => "ask first: x.hasTag(\"name\") && x.getTag(\"name\") ..",
        DiagnosticCode.UnexpectedType => "compare values of one type; numbers of arguments are decimals: x.lessThanOrEqual(decimal(\"10.0\"))",
        DiagnosticCode.IncompatibleTypes => "compare values of one type; a decimal is written decimal(\"10.0\"), an entity Type::\"id\"",
        DiagnosticCode.NoApplicableAction => "correct the action, principal or resource of the scope: no request has them together",
        DiagnosticCode.ImpossiblePolicy => "correct the condition: it is false for every request, so the policy never applies",
        DiagnosticCode.UnrecognizedEntityType => "correct the type, or declare it in a *.cedarschema file",
        DiagnosticCode.InvalidEnumEntity => "use one of the listed ids",
        DiagnosticCode.NonLitExtConstructor => "write the value out: decimal(\"10.0\"); what comes with a request has its type already",
        DiagnosticCode.OptionalGuard => "require the attribute another way, or accept it: @accept(\"OptionalGuard: reason\")",
        DiagnosticCode.LevelExceeded => "shorten the chain of attributes, or raise \"level\" in obstat-policy.json",
        DiagnosticCode.EmptySetForbidden => "leave the comparison with an empty set out, or use .isEmpty()",
        _ => "",
    };
}
