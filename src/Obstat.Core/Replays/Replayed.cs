using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Core.Decisions;

namespace Obstat.Core.Replays;

/// <summary>A decision that was decided again. It permits nothing: nothing that could be made into a permit leaves a replay.</summary>
public sealed class Replayed
{
    private readonly (Law Law, EntityStore Store, Request Request, DateTimeOffset Now)? _asked;

    internal Replayed(ReplayVerdict verdict, string detail, (Law Law, EntityStore Store, Request Request, DateTimeOffset Now)? asked = null) => (Verdict, Detail, _asked) = (verdict, detail, asked);

    /// <summary>What came of it.</summary>
    public ReplayVerdict Verdict { get; }

    /// <summary>What is the same, both sides of what differs, or what is missing.</summary>
    public string Detail { get; }

    /// <summary>Whether policies were evaluated: otherwise identity, pins or the law's own state ended it before.</summary>
    public bool AsksPolicies => _asked is not null;

    /// <summary>
    /// The question in the JSON form of the official Cedar engine (an authorization call: principal, action, resource, context, policies, entities); null where policies were not asked.
    /// A permit whose <c>@expires</c> has passed is left out, because that annotation is ours. The official engine means the same but for two things: it passes over a policy that errs, and an absent
    /// entity has no attributes to it, where here both deny.
    /// </summary>
    public string? ToOfficialForm() => _asked is { } asked ? OfficialForm.Of(asked.Law, asked.Store, asked.Request, asked.Now) : null;
}
