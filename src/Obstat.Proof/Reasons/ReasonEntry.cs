using System.Collections.Immutable;

namespace Obstat.Proof.Reasons;

/// <summary>What one reason code means and what each reader does about it. Shown alike by the command line, the console and the documents.</summary>
/// <param name="Reason">The code.</param>
/// <param name="Meaning">One sentence: what was not given.</param>
/// <param name="Causes">What leads here, most frequent first.</param>
/// <param name="Agent">What the agent does.</param>
/// <param name="Operator">What the operator does.</param>
/// <param name="Auditor">What the auditor reads in the evidence.</param>
/// <param name="Retry">Whether asking again can help.</param>
/// <param name="HttpStatus">The status of an HTTP answer that carries this refusal.</param>
/// <param name="TestedBy">Names of the test classes that provoke it; empty while no part of this software gives it.</param>
public sealed record ReasonEntry(DenyReason Reason, string Meaning, ImmutableArray<string> Causes, string Agent, string Operator, string Auditor, Retry Retry, int HttpStatus,
    ImmutableArray<string> TestedBy)
{
    /// <summary>The code as it stands in answers and evidence.</summary>
    public string Code => Reason.ToString();
}
