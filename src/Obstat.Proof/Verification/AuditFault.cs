namespace Obstat.Proof.Verification;

/// <summary>What is wrong with a log. Zero is what nobody can read.</summary>
public enum AuditFault
{
    /// <summary>Cannot be read, or is not there.</summary>
    Unreadable = 0,

    /// <summary>Other bytes than those under the signed root.</summary>
    Changed,

    /// <summary>An entry that the signed root covers is not there.</summary>
    Removed,

    /// <summary>An entry, or a number of an enforcement point, stands there twice.</summary>
    Duplicated,

    /// <summary>Entries stand in another order than under the signed root.</summary>
    Reordered,

    /// <summary>A chain of an enforcement point joins a wrong entry.</summary>
    Relinked,

    /// <summary>A signature that does not fit, or a key that may not sign this here.</summary>
    Unsigned,

    /// <summary>A statement that does not follow from what stands before it.</summary>
    Misplaced,

    /// <summary>A number of an enforcement point that ended in no entry, and that no gap entry tells.</summary>
    Missing,

    /// <summary>An enforcement point signed other counts than the log has.</summary>
    Miscounted,

    /// <summary>The enforcement state is not the one that a signed entry names.</summary>
    State,

    /// <summary>A signed head is known that is larger: the tail was lost, or an old copy was restored.</summary>
    RolledBack,

    /// <summary>Two signed heads that no one log has.</summary>
    Forked,
}
