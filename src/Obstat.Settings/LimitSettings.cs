namespace Obstat.Settings;

/// <summary>Limits of an installation. A file can only tighten them below the built-in maxima.</summary>
/// <param name="Permit">How long an execution permit lives: 1 s to 30 s. Longer means later revocation.</param>
/// <param name="Decision">How long an enforcement point waits for an answer to an ask: 50 ms to 5 s. Later is refused as <c>Late</c>. 2 s unless told (docs/decisions/deadline.md).</param>
/// <param name="Silence">How long an enforcement point trusts a plane that it has not heard: 1 s to 10 s.</param>
/// <param name="Lease">How long a lease holds without a renewal: 1 s to 60 s. Longer means later stops where the network is cut.</param>
/// <param name="Token">How long a run token of <c>mcp wrap</c> lives: 5 s to 1 h. Longer means a stolen one is of use longer; a longer conversation has its token renewed.</param>
/// <param name="RequestBytes">Largest message of a client: 1 KiB to 1 MiB.</param>
public sealed record LimitSettings(TimeSpan Permit, TimeSpan Decision, TimeSpan Silence, TimeSpan Lease, TimeSpan Token, int RequestBytes);
