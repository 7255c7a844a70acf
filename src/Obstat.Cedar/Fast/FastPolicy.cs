using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Fast;

/// <summary>A compiled policy.</summary>
internal sealed class FastPolicy
{
    private readonly FastScope _principal;
    private readonly FastScope _action;
    private readonly FastScope _resource;
    private readonly Node[] _conditions;
    private readonly bool[] _isUnless;

    public FastPolicy(Policy source, PolicyNames names, Compiler compiler)
    {
        Source = source;
        IsPermit = source.Effect == Effect.Permit;
        (_principal, _action, _resource) = (new(source.Principal, names), new(source.Action, names), new(source.Resource, names));
        _conditions = [.. source.Conditions.Select(c => compiler.Compile(c.Body))];
        _isUnless = [.. source.Conditions.Select(c => c.IsUnless)];
    }

    public Policy Source { get; }

    public bool IsPermit { get; }

    public ref readonly FastScope Principal => ref _principal;

    public ref readonly FastScope Action => ref _action;

    public ref readonly FastScope Resource => ref _resource;

    public Satisfaction Judge(Frame frame, out Span errorSpan)
    {
        errorSpan = default;
        var scope = _principal.Test(frame, frame.Principal);
        if (scope <= 0)
        {
            errorSpan = _principal.Span;
            return scope == 0 ? Satisfaction.NotSatisfied : Satisfaction.Missing;
        }

        scope = _action.Test(frame, frame.Action);
        if (scope <= 0)
        {
            errorSpan = _action.Span;
            return scope == 0 ? Satisfaction.NotSatisfied : Satisfaction.Missing;
        }

        scope = _resource.Test(frame, frame.Resource);
        if (scope <= 0)
        {
            errorSpan = _resource.Span;
            return scope == 0 ? Satisfaction.NotSatisfied : Satisfaction.Missing;
        }

        for (var i = 0; i < _conditions.Length; i++)
        {
            var holds = _conditions[i].Test(frame);
            if (holds < 0)
            {
                errorSpan = frame.ErrorNode!.Span;
                return frame.Missing is null ? Satisfaction.Error : Satisfaction.Missing;
            }

            if (holds > 0 == _isUnless[i])
            {
                return Satisfaction.NotSatisfied;
            }
        }

        return Satisfaction.Satisfied;
    }
}
