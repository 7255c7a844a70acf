using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;

namespace Obstat.Cedar.Tests;

/// <summary>Asks the reference evaluator and the fast one, in both modes, and notes where they differ.</summary>
internal sealed class BothEvaluators(string name, PolicySet policies, EntityStore entities)
{
    private readonly FastEvaluator _fast = new(policies, entities);

    /// <summary>The answer of the reference in the standard mode.</summary>
    public CedarAnswer Decide(Request request, List<string> wrong)
    {
        var strict = Evaluator.Decide(policies, entities, request, Mode.Strict);
        Compare("strict", strict, _fast.Decide(request, Mode.Strict), wrong);
        var standard = Evaluator.Decide(policies, entities, request, Mode.Standard);
        Compare("standard", standard, _fast.Decide(request, Mode.Standard), wrong);
        if (strict.Decision == Decision.Allow && standard.Decision != Decision.Allow)
        {
            wrong.Add($"{name}: the strict reading allows what the language denies");
        }

        return standard;
    }

    /// <summary>The same request, with its principal and resource not stored but brought along.</summary>
    public void DecideMinted(Request request, List<string> wrong)
    {
        var minted = new[] { request.Principal, request.Resource }.Distinct().Where(u => entities.TryGet(u, out _)).Select(u => entities.TryGet(u, out var e) ? e : null!).ToList();
        var without = EntityStore.Of(entities.Entities.Where(e => !minted.Contains(e))).Require();
        var fast = new FastEvaluator(policies, without);
        foreach (var mode in new[] { Mode.Strict, Mode.Standard })
        {
            Compare($"minted {mode}", Evaluator.Decide(policies, without.With(minted).Require(), request, mode), fast.Decide(request, mode, minted), wrong);
        }
    }

    private static string Show(CedarAnswer answer) =>
        $"{answer.Decision} {string.Join(",", answer.Permits)} / {string.Join(",", answer.Forbids)} / {string.Join(",", answer.Errors)} / {string.Join(",", answer.Missing)}";

    private void Compare(string what, CedarAnswer reference, CedarAnswer fast, List<string> wrong)
    {
        if (Show(reference) != Show(fast))
        {
            wrong.Add($"{name} {what}: the reference says {Show(reference)}, the fast one {Show(fast)}");
        }
    }
}
