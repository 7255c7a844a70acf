using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>What happened to one lease.</summary>
/// <param name="Jti">Identifier of its permit.</param>
/// <param name="Lease">The lease.</param>
/// <param name="Event"><c>opened</c>, <c>re-decided</c>, <c>ended</c>, <c>lost</c> or <c>revoked</c>.</param>
/// <param name="Until">The time after which the plane takes the execution for stopped.</param>
/// <param name="Code">Reason code of an end.</param>
public sealed record LeaseEvent(string Jti, string Lease, string Event, Timestamp? Until, string? Code)
{
    /// <summary>The point opened it.</summary>
    public const string Opened = "opened";

    /// <summary>It was decided again and goes on.</summary>
    public const string ReDecided = "re-decided";

    /// <summary>It was decided again, or a limit was reached, and it is over.</summary>
    public const string Ended = "ended";

    /// <summary>Nobody renewed it.</summary>
    public const string Lost = "lost";

    /// <summary>What it rests on was revoked or halted.</summary>
    public const string Revoked = "revoked";

    /// <summary>Whether the lease is over with this event.</summary>
    public bool IsEnd => Event is Ended or Lost or Revoked;

    internal static LeaseEvent Read(JsonFields fields)
    {
        var read = new LeaseEvent(
            fields.Id("jti"),
            fields.Id("lease"),
            fields.OneOf("event", Opened, "granted", ReDecided, Ended, Lost, Revoked),
            fields.TimeOrNull("until"),
            fields.TextOrNull("code"));
        if (fields.Array("budgets", 0).Length > 0 || read.IsEnd != read.Until is not null || read.IsEnd != read.Code is not null)
        {
            fields.Refuse("event", "a time and a code exactly at an end");
        }

        return read;
    }

    internal JsonValue ToJson() => JsonValue.Object(
        ("budgets", JsonValue.EmptyArray),
        ("code", JsonValue.Of(Code)),
        ("event", JsonValue.Of(Event)),
        ("jti", JsonValue.Of(Jti)),
        ("lease", JsonValue.Of(Lease)),
        ("until", Until.ToJson()));
}
