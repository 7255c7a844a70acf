namespace Obstat.Proof;

/// <summary>The wire names of the evidence formats, each in this one place. They are identifiers and are never fetched.</summary>
public static class Names
{
    /// <summary>Type of an in-toto statement (in-toto Attestation Framework, Statement v1).</summary>
    public const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>Payload type of a DSSE envelope with a statement in it.</summary>
    public const string StatementPayloadType = "application/vnd.in-toto+json";

    /// <summary>What every predicate type of ours begins with: a reserved name that nobody else can answer for.</summary>
    public const string PredicatePrefix = "https://execution.example/evidence/";

    /// <summary>The kind of leaf that a log of format 1 has, as its genesis names it.</summary>
    public const string LeafKind = "hashedrekord-0.0.2";

    /// <summary>First line of the bytes that are authenticated with a sealed blob.</summary>
    public const string SealedBlob = "execution/sealed/1";

    /// <summary>Format of an evidence bundle's manifest.</summary>
    public const string BundleFormat = "execution-evidence/1";

    /// <summary>Format of a verification's result.</summary>
    public const string VerifyFormat = "execution-verify/1";

    /// <summary>Format of an audit's result.</summary>
    public const string AuditFormat = "execution-audit/1";

    /// <summary>First line of the note under which a ledger keeps its fold.</summary>
    public const string Fold = "execution-fold/1";

    /// <summary>First line of the bytes whose digest is that of a policy set.</summary>
    public const string PolicySet = "execution-policy-set-1";

    /// <summary>Predicate type of a statement type, version 1.</summary>
    public static string PredicateType(string statementType) => $"{PredicatePrefix}{statementType}/v1";
}
