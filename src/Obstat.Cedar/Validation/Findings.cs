using System.Collections.Immutable;

namespace Obstat.Cedar.Validation;

/// <summary>What validation found, in the order of the set. Each complaint names its policy as <see cref="Diagnostic.Subject"/>.</summary>
public sealed class Findings
{
    internal Findings(IEnumerable<Diagnostic> all) => All = [.. all];

    /// <summary>Every complaint, each once however many request environments share it.</summary>
    public ImmutableArray<Diagnostic> All { get; }

    /// <summary>Whether there is no complaint at all: what a set must be to be loaded.</summary>
    public bool IsEmpty => All.IsEmpty;

    /// <summary>
    /// Whether the set is valid in the language's own strict reading (SDK 4.10): <see cref="DiagnosticCode.ImpossiblePolicy"/> and
    /// <see cref="DiagnosticCode.LevelExceeded"/> do not count.
    /// </summary>
    public bool IsStrictlyValid => !All.Any(d => IsStrict(d.Code));

    /// <summary>Whether one policy is strictly valid.</summary>
    public bool IsStrictlyValidPolicy(string policyId) => !All.Any(d => d.Subject == policyId && IsStrict(d.Code));

    private static bool IsStrict(DiagnosticCode code) =>
        code is not (DiagnosticCode.ImpossiblePolicy or DiagnosticCode.LevelExceeded or DiagnosticCode.EntityDereferenceTarget);
}
