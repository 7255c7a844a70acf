using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>What a draft became when its turn came: a statement, or a refusal that records nothing. <c>default</c> refuses.</summary>
public readonly struct Composition
{
    private readonly DenyReason _reason;

    private Composition(Statement? statement, DenyReason reason) => (Statement, _reason) = (statement, reason);

    /// <summary>The statement; null where the draft refused.</summary>
    public Statement? Statement { get; }

    /// <summary>Why nothing is recorded; <see cref="DenyReason.Fault"/> where nobody said.</summary>
    public DenyReason Reason => Statement is null && _reason == DenyReason.Undecided ? DenyReason.Fault : _reason;

    /// <summary>Record this.</summary>
    public static Composition Of(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return new(statement, DenyReason.Undecided);
    }

    /// <summary>Record nothing: the state moved so that the draft makes no sense any more.</summary>
    public static Composition Refuse(DenyReason reason) => new(null, reason);
}
