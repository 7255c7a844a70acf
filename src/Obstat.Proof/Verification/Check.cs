using System.Collections.Immutable;

namespace Obstat.Proof.Verification;

/// <summary>One of the sixteen checks with all its lines. Its status is that of its worst line.</summary>
/// <param name="Id">V01 to V16.</param>
/// <param name="Title">Its name.</param>
/// <param name="Findings">The lines, in the order in which they were found.</param>
public sealed record Check(string Id, string Title, ImmutableArray<Finding> Findings)
{
    /// <summary>Failed if any line failed, verified if all are; a check without a line was not checked.</summary>
    public CheckStatus Status => Findings.Any(f => f.Status == CheckStatus.Failed) ? CheckStatus.Failed
        : Findings.IsEmpty || Findings.Any(f => f.Status != CheckStatus.Verified) ? CheckStatus.NotChecked
        : CheckStatus.Verified;

    /// <summary>One line that says why the check has its status.</summary>
    public string Detail
    {
        get
        {
            var status = Status;
            var worst = Findings.Where(f => f.Status == status).ToArray();
            return worst.Length switch
            {
                0 => "nothing of this kind here",
                1 => worst[0].Detail,
                _ => $"{worst[0].Detail} (and {worst.Length - 1} more)",
            };
        }
    }

    internal bool HoldsBack => Findings.Any(f => f.Asked && f.Status != CheckStatus.Verified);
}
