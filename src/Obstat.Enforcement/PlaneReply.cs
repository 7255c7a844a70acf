using Obstat.Proof.Reasons;

namespace Obstat.Enforcement;

/// <summary>The plane's reply to one message. <c>default</c> is no reply.</summary>
/// <param name="Kind">What became of the message.</param>
/// <param name="Body">The body; empty where there is none.</param>
/// <param name="Reason">The code of a reply that is no answer; <see cref="DenyReason.PlaneUnavailable"/> where the plane named none.</param>
public readonly record struct PlaneReply(PlaneReplyKind Kind, ReadOnlyMemory<byte> Body, DenyReason Reason)
{
    internal static PlaneReply None(PlaneReplyKind kind) => new(kind, default, DenyReason.PlaneUnavailable);
}
