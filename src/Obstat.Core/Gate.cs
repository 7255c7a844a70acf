using System.Collections.Immutable;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Permits;
using Obstat.Core.Records;
using Obstat.Core.Requests;
using Obstat.Proof.Leases;
using Obstat.Proof.Reasons;

namespace Obstat.Core;

/// <summary>
/// The way of a request through the plane:
///   1 identify  2 decide  3 record  4 permit
/// Each line needs what the line before made. Whatever fails, known or not, leaves as a denial.
/// </summary>
public sealed class Gate(ISealer sealer, Recorded.Recorder recorder, ExecutionPermit.Issuer issuer, PermitTerms terms, Func<Scope, bool>? isHalted = null)
{
    private const int JudgementsMax = 3;

    /// <summary>Lets one request through, or refuses it.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="inForce">The snapshot in force, with how old its trust is. Read again only where it moved before the decision was recorded.</param>
    /// <param name="now">The plane's clock, UTC.</param>
    /// <param name="chance">Identifiers for this request alone.</param>
    /// <param name="cancellation">Ends when the point stops waiting: late means denied.</param>
    public async Task<Verdict> AdmitAsync(ExecutionRequest request, Func<(Snapshot Snapshot, Freshness Freshness)> inForce, DateTimeOffset now, Chance chance, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(inForce);
        try
        {
            for (var judgement = 1; judgement <= JudgementsMax; judgement++)
            {
                var (snapshot, freshness) = inForce();
                var identified = Identified.Verifier.Verify(request, snapshot, freshness, now);         // :: 1 verified, or the reason why not
                var decided = Decided.Authorizer.Decide(identified, snapshot, freshness, now)           // :: 2 denies the unverified, so that 3 records it too
                    .UnlessStopped(isHalted);

                if (await sealer.SealAsync(decided, cancellation) is not { } sealedParts)
                {
                    return Denied(request, DenyReason.LedgerUnavailable, decided.Visible);
                }

                var draft = new DecisionDraft(decided, sealedParts, chance, terms, isHalted);
                var recording = await recorder.AppendAsync(draft.Draft, cancellation);                  // :: 3 durable before anything may happen
                if (!draft.HasMoved)
                {
                    return await recording.Match(
                        recorded => issuer.IssueAsync(recorded, draft, cancellation),                   // :: 4 a permit for an allow, the code for a denial
                        reason => Task.FromResult(Denied(request, reason, decided.Visible)));
                }
            }

            return Denied(request, DenyReason.Late, null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Denied(request, DenyReason.Late, null);
        }
#pragma warning disable CA1031 // The only catch-all of the way: what we do not understand, we deny.
        catch (Exception)
#pragma warning restore CA1031
        {
            return Denied(request, DenyReason.Fault, null);
        }
    }

    // Where nobody could say what may be seen, the answer does not depend on what exists: to name what was asked for tells nothing.
    private static Verdict Denied(ExecutionRequest request, DenyReason reason, ImmutableArray<string>? visible)
        => Verdict.Denied(new Denial(reason, null, null, visible ?? (request.IsToolCall ? [request.Action.Name!] : [])));
}
