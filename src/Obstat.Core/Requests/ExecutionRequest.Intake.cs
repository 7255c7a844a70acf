using System.Diagnostics.CodeAnalysis;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Requests;

public sealed partial class ExecutionRequest
{
    /// <summary>Turns an ask into a request. Pure.</summary>
    public static class Intake
    {
        /// <summary>
        /// Reads an ask. Refuses an action that is not known (<see cref="DenyReason.UnknownAction"/>), a holder that is not the point's own key (<see cref="DenyReason.PossessionUnproven"/>),
        /// and everything else that is not understood (<see cref="DenyReason.Malformed"/>).
        /// </summary>
        /// <param name="ask">The message.</param>
        /// <param name="body">SHA-256 of its bytes as they came.</param>
        /// <param name="at">The boot that sent it.</param>
        /// <param name="request">The request, or null.</param>
        /// <param name="refusal">Why not.</param>
        public static bool TryTake(AskRequest ask, Digest body, RegisteredPoint at, [NotNullWhen(true)] out ExecutionRequest? request, out Refusal refusal)
        {
            ArgumentNullException.ThrowIfNull(ask);
            ArgumentNullException.ThrowIfNull(at);
            request = null;
            if (ask.Action is null)
            {
                refusal = new Refusal(DenyReason.UnknownAction, "no task is open");
                return false;
            }

            if (!CanonicalAction.TryParse(ask.Action, out var action, out refusal))
            {
                return false;
            }

            if (ask.Use != "instance")
            {
                refusal = new Refusal(DenyReason.UnknownAction, "expected use instance");
                return false;
            }

            if (ask.HolderThumbprint != at.HolderThumbprint)
            {
                refusal = new Refusal(DenyReason.PossessionUnproven, "expected the instance key of the boot as holder");
                return false;
            }

            var facts = new JsonFields(ask.Facts, "/facts");
            var peer = facts.Has("peer_uid") ? facts.IntegerOrNull("peer_uid", 0, uint.MaxValue) : null;
            var detail = ask.Ep.Id != at.Id || ask.Ep.Boot != at.Boot ? "expected the boot that is registered"
                : !facts.Complete() ? facts.Error.ToString()
                : ask.Aud != AudienceOf(action.Server) ? "expected the server of the action as audience"
                : action.Credential is not null ? "expected no credential: there is no broker"
                : ask.Trace is not null ? "expected no trace"
                : null;
            refusal = detail is null ? default : new Refusal(DenyReason.Malformed, detail);
            request = detail is null ? new ExecutionRequest(at, ask, body, action, peer) : null;
            return request is not null;
        }
    }
}
