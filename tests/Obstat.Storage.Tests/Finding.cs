using Obstat.Proof.Verification;

namespace Obstat.Storage.Tests;

/// <summary>The words in which a change of evidence is found.</summary>
internal static class Finding
{
    public const string None = "nobody finds it";

    /// <summary>What a ledger says that is unavailable because of it.</summary>
    public static string Of(Action use)
    {
        try
        {
            use();
            return None;
        }
        catch (LedgerUnavailableException e)
        {
            return e.Message;
        }
    }

    /// <summary>The first finding of an audit, or the first of one check.</summary>
    public static string Of(AuditReport report, string? check = null)
        => report.Findings.FirstOrDefault(f => check is null || f.Check == check) is { } found ? $"{found.Check} {found.Word}: {found.Detail}" : None;
}
