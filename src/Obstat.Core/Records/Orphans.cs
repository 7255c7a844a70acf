using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Core.Records;

/// <summary>Closes allows that nobody reported. Never silently: each gets an <c>orphaned</c> entry, and an outcome after it is still recorded, as reported late.</summary>
public static class Orphans
{
    /// <summary>How long a report may take after the end of the permit.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>The draft that closes one. It refuses with <c>Late</c> where an outcome came before it.</summary>
    public static Draft Close(OrphanDue due)
    {
        ArgumentNullException.ThrowIfNull(due);
        var intent = due.Intent;
        return Draft.OfPlane(place => !place.State.Open.ContainsKey(intent.Jti)
            ? Composition.Refuse(DenyReason.Late)
            : Composition.Of(new OrphanedStatement
            {
                Nonce = place.Nonce,
                Origin = place.Origin,
                Time = place.Time,
                Clock = place.Clock,
                Plane = place.Plane,
                Decision = new(intent.Index.Value, intent.Statement),
                Jti = intent.Jti,
                LeaseEnd = Timestamp.FromUnixSeconds(intent.NotAfter),
                Grace = (long)due.Grace.TotalSeconds,
                Why = due.Why,
            }));
    }
}
