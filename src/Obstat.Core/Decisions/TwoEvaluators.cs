using System.Collections.Immutable;
using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;

namespace Obstat.Core.Decisions;

/// <summary>
/// The policies asked twice, by the plain evaluator and by the fast one, which share nothing but the parsed policies. There is no setting for it: an answer is an answer
/// only if both give it.
/// </summary>
internal sealed class TwoEvaluators(PolicySet policies, FastEvaluator fast)
{
    /// <summary>The two evaluators of a set.</summary>
    public static TwoEvaluators Of(PolicySet policies) => new(policies, new FastEvaluator(policies, EntityStore.Empty));

    /// <summary>What both say under <see cref="Mode.Strict"/>; nothing where they differ.</summary>
    public CedarAnswer? Ask(EntityStore entities, Request request)
    {
        var answer = Evaluator.Decide(policies, entities, request, Mode.Strict);
        return IsSame(answer, fast.With(entities).Decide(request, Mode.Strict)) ? answer : null;
    }

    private static bool IsSame(CedarAnswer one, CedarAnswer other) =>
        one.Decision == other.Decision && Same(one.Permits, other.Permits) && Same(one.Forbids, other.Forbids) && Same(one.Errors, other.Errors) && Same(one.Missing, other.Missing);

    private static bool Same<T>(ImmutableArray<T> one, ImmutableArray<T> other) => one.AsSpan().SequenceEqual(other.AsSpan());
}
