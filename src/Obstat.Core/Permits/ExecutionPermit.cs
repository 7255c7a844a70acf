using System.Collections.Immutable;
using Obstat.Core.Decisions;
using Obstat.Core.Records;
using Obstat.Proof.Merkle;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Permits;

/// <summary>
/// Leave to perform one action, once, until it expires, signed by the plane. Whoever holds it knows that a decision allowed it and that the ledger holds that decision:
/// there is one maker, and it asks for both.
/// </summary>
public sealed class ExecutionPermit
{
    private ExecutionPermit(PermitClaims claims, string compact, Recorded entry, Decided decided)
        => (Claims, Compact, Entry, Decided) = (claims, compact, entry, decided);

    /// <summary>What it says.</summary>
    public PermitClaims Claims { get; }

    /// <summary>The signed form.</summary>
    public string Compact { get; }

    /// <summary>The entry that holds its decision.</summary>
    public Recorded Entry { get; }

    /// <summary>The decision that allowed it: what a running execution is decided again from.</summary>
    public Decided Decided { get; }

    /// <summary>Names of the server that this principal may know of.</summary>
    public ImmutableArray<string> Visible => Decided.Visible;

    /// <summary>End of the identity that it rests on: no lease of it is renewed beyond.</summary>
    public DateTimeOffset IdentityEnd => DateTimeOffset.FromUnixTimeSeconds(Decided.Identified.NotAfter);

    /// <summary>Issues permits, for recorded allows alone.</summary>
    public sealed class Issuer(IPermitSigner signer)
    {
        /// <summary>How long the signer may take.</summary>
        public static readonly TimeSpan SignerPatience = TimeSpan.FromMilliseconds(250);

        /// <summary>
        /// A permit for a recorded allow; the refusal for everything else. The entry must fix exactly the claims of this draft: an entry of another decision - a repeated message, a ledger that
        /// answers for something else - gives no permit.
        /// </summary>
        public async Task<Verdict> IssueAsync(Recorded recorded, DecisionDraft draft, CancellationToken cancellation)
        {
            ArgumentNullException.ThrowIfNull(recorded);
            ArgumentNullException.ThrowIfNull(draft);
            var decided = draft.Decided;
            if (recorded.Decision is not { } statement)
            {
                return Refuse(DenyReason.LedgerUnavailable, null);
            }

            if (!recorded.IsAllowed)
            {
                return ReasonCodes.TryParse(statement.Reason, out var reason) ? Refuse(reason, recorded) : Refuse(DenyReason.Fault, recorded);
            }

            if (draft.Claims is not { } claims || statement.Permit is not { } fixedTerms || fixedTerms.Claims != claims.ClaimsDigest() || !decided.Decision.IsAllowed)
            {
                return Refuse(DenyReason.Late, null);
            }

            var cited = claims with { Led = new LedgerReference(statement.Origin, recorded.Index.Value, TreeHash.Leaf(recorded.Entry.Leaf.Span)) };
            var compact = await Signed(cited, cancellation);
            return compact is null ? Refuse(DenyReason.PlaneUnavailable, null) : Verdict.Permitted(new ExecutionPermit(cited, compact, recorded, decided));

            Verdict Refuse(DenyReason code, Recorded? entry) => Verdict.Denied(new Denial(code, entry, entry is null ? null : decided.Hint, decided.Visible));
        }

        private async Task<string?> Signed(PermitClaims claims, CancellationToken cancellation)
        {
            try
            {
                return await signer.SignAsync(claims, cancellation).WaitAsync(SignerPatience, cancellation);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }
}
