namespace Obstat.Cedar.Fast;

/// <summary>
/// The room in which decisions are made and left, used again and again so that a decision allocates nothing. One thread at a time. What it says holds until the next
/// decision in it.
/// </summary>
public sealed class FastAnswer
{
    private readonly List<string> _permits = [];
    private readonly List<string> _forbids = [];
    private readonly List<(Policy Policy, EvaluationError Kind, Span Span)> _errors = [];
    private readonly List<(Policy Policy, Values.EntityUid Entity, Span Span)> _missing = [];

    /// <summary>How the request was read.</summary>
    public Mode Mode { get; private set; }

    /// <summary>The decision, as <see cref="CedarAnswer.Decision"/>.</summary>
    public Decision Decision { get; private set; }

    /// <summary>The number of satisfied permits.</summary>
    public int PermitCount => _permits.Count;

    /// <summary>The number of satisfied forbids.</summary>
    public int ForbidCount => _forbids.Count;

    /// <summary>The number of policies that could not be evaluated.</summary>
    public int ErrorCount => _errors.Count;

    /// <summary>The number of policies that touched an absent entity.</summary>
    public int MissingCount => _missing.Count;

    internal Frame Frame { get; } = new();

    /// <summary>The answer as a value of its own.</summary>
    public CedarAnswer ToAnswer() => new(
        Mode,
        [.. _permits.Order(StringComparer.Ordinal)],
        [.. _forbids.Order(StringComparer.Ordinal)],
        [.. _errors.Select(e => new PolicyError(e.Policy.Id, e.Kind, e.Span)).OrderBy(e => e.PolicyId, StringComparer.Ordinal)],
        [.. _missing.Select(m => new MissingEntity(m.Policy.Id, m.Entity, m.Span)).OrderBy(m => m.PolicyId, StringComparer.Ordinal)]);

    internal void Open(Mode mode)
    {
        (Mode, Decision) = (mode, Decision.Deny);
        _permits.Clear();
        _forbids.Clear();
        _errors.Clear();
        _missing.Clear();
    }

    internal void Satisfied(FastPolicy policy) => (policy.IsPermit ? _permits : _forbids).Add(policy.Source.Id);

    internal void Failed(FastPolicy policy, EvaluationError kind, Span span) => _errors.Add((policy.Source, kind, span));

    internal void Missed(FastPolicy policy, Values.EntityUid entity, Span span) => _missing.Add((policy.Source, entity, span));

    internal void Close()
    {
        var isDoubtful = Mode != Mode.Standard && _errors.Count + _missing.Count > 0;
        Decision = _permits.Count > 0 && _forbids.Count == 0 && !isDoubtful ? Decision.Allow : Decision.Deny;
    }

    internal void Copy(CedarAnswer answer, PolicySet policies)
    {
        Open(answer.Mode);
        _permits.AddRange(answer.Permits);
        _forbids.AddRange(answer.Forbids);
        foreach (var error in answer.Errors)
        {
            _errors.Add((Find(policies, error.PolicyId), error.Kind, error.Span));
        }

        foreach (var missing in answer.Missing)
        {
            _missing.Add((Find(policies, missing.PolicyId), missing.Entity, missing.Span));
        }

        Close();
    }

    private static Policy Find(PolicySet policies, string id) =>
        policies.TryGet(id, out var policy) ? policy : throw new InvalidOperationException($"no policy {id}");
}
