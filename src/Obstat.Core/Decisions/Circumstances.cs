using Obstat.Cedar.Values;
using Obstat.Core.Identities;
using Obstat.Core.Requests;

namespace Obstat.Core.Decisions;

/// <summary>
/// The context of a request, every member filled by the plane. Members of features that are not there yet have their neutral value: no approvals, an empty budget, a session that began now and
/// whose origin is unknown. <c>lease</c> tells a decision from a running execution that is decided again.
/// </summary>
internal static class Circumstances
{
    private static readonly CedarRecord Approval = CedarValue.RecordOf(("count", CedarValue.Of(0)), ("by", CedarSet.Empty), ("groups", CedarSet.Empty));
    private static readonly CedarRecord Mark = CedarValue.RecordOf(("sources", CedarValue.SetOf(new EntityUid(CedarNames.Source, "unknown"))), ("labels", CedarSet.Empty));
    private static readonly CedarRecord Session = CedarValue.RecordOf(
        ("sealed", CedarValue.Of(false)), ("mark", Mark), ("used", CedarSet.Empty), ("calls", CedarValue.Of(0)), ("denials", CedarValue.Of(0)),
        ("age", CedarDuration.OfMilliseconds(0)), ("unresolved", CedarValue.Of(false)));

    public static CedarRecord Of(Identified identified, CedarRecord input, CedarRecord facet, IEnumerable<string> arguments, EntityUid? tool, DateTimeOffset now, TimeSpan? held)
    {
        var principal = identified.Principal!;
        var members = new List<KeyValuePair<string, CedarValue>>
        {
            new("approval", Approval),
            new("arg", CedarValue.RecordOf(arguments.Select(name => KeyValuePair.Create<string, CedarValue>(name, Mark)))),
            new("attest", CedarValue.RecordOf(
                ("kinds", identified.Possession == Possession.Bound ? CedarValue.SetOf(new EntityUid(CedarNames.Evidence, "workload")) : CedarSet.Empty),
                ("age", CedarDuration.OfMilliseconds(0)))),
            new("budget", CedarRecord.Empty),
            new("chain", Chain(principal, identified.Client!)),
            new("facet", facet),
            new("flow", Mark),
            new("input", input),
            new("lease", CedarValue.RecordOf(("renewal", CedarValue.Of(held is not null)), ("held", CedarDuration.OfMilliseconds((long)(held ?? TimeSpan.Zero).TotalMilliseconds)))),
            new("now", CedarDateTime.OfMilliseconds(now.ToUnixTimeMilliseconds())),
            new("session", Session),
        };
        if (tool is not null)
        {
            members.Add(new("tool", tool));
        }

        return CedarValue.RecordOf(members);
    }

    /// <summary>The same context as if so many members of a team had approved: asked to tell a missing approval from a refusal, never to allow.</summary>
    public static CedarRecord Approved(CedarRecord context, int count, IEnumerable<EntityUid> groups)
        => context.With("approval", CedarValue.RecordOf(("count", CedarValue.Of(count)), ("by", CedarSet.Empty), ("groups", CedarValue.SetOf(groups))));

    /// <summary>What a request without input schema is about: <c>name</c>, <c>uri</c>, and <c>arguments</c> as an entity whose tags are the strings.</summary>
    public static CedarRecord InputOf(ExecutionRequest request, EntityUid? arguments)
    {
        var input = CedarRecord.Empty;
        input = request.Action.Name is { } name ? input.With("name", CedarValue.Of(name)) : input;
        input = request.Action.Uri is { } uri ? input.With("uri", CedarValue.Of(uri)) : input;
        return arguments is null ? input : input.With("arguments", arguments);
    }

    private static CedarRecord Chain(Principal principal, string client)
    {
        var root = principal.Kind == PrincipalKind.User ? World.PrincipalUid(PrincipalKind.User, principal.Id) : null;
        var chain = CedarValue.RecordOf(("depth", CedarValue.Of(1)), ("agents", CedarValue.SetOf(World.PrincipalUid(PrincipalKind.Agent, client))));
        return root is null ? chain : chain.With("root", root);
    }
}
