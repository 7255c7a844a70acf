namespace Obstat.Cedar.Evaluation;

/// <summary>What one policy came to. Zero is "it does not apply".</summary>
internal enum Satisfaction
{
    NotSatisfied = 0,
    Satisfied,
    Error,
    Missing,
}
