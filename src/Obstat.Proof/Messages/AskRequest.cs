using System.Collections.Immutable;
using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>
/// One request to decide. Idempotent by boot, number and body: the same again gives the recorded answer again.
/// </summary>
/// <param name="Ep">The point, its boot and the number of this ask.</param>
/// <param name="Action">The canonical action object (<see cref="CanonicalAction"/>); null when a task names a stored one.</param>
/// <param name="Task">The task whose stored action is asked for; null now.</param>
/// <param name="Assertions">Who asks, as it came; empty where nobody said.</param>
/// <param name="Delegation">The chain of delegation, or null.</param>
/// <param name="Session">The session, or null.</param>
/// <param name="Parent">The parent execution, or null.</param>
/// <param name="Aud">Whom the permit is for.</param>
/// <param name="HolderThumbprint">Thumbprint of the key that will hold the permit.</param>
/// <param name="Use"><c>instance</c> or <c>plane</c>.</param>
/// <param name="Mode"><c>once</c> or <c>lease</c>.</param>
/// <param name="Facts">What this kind of point supplies, such as <c>peer_uid</c>.</param>
/// <param name="Trace">Trace context, or null.</param>
/// <param name="DeadlineMs">How long the point waits, in ms.</param>
public sealed record AskRequest(
    PointSeq Ep, JsonValue? Action, string? Task, ImmutableArray<Assertion> Assertions, string? Delegation, string? Session, string? Parent, string Aud, string HolderThumbprint,
    string Use, string Mode, JsonValue Facts, JsonValue? Trace, int DeadlineMs) : IPlaneMessage<AskRequest>
{
    /// <summary>Assertions of one ask at most.</summary>
    public const int AssertionsMax = 8;

    /// <inheritdoc/>
    public JsonValue ToJson() => JsonValue.Object(
        ("v", JsonValue.Of(PlaneMessage.Version)), ("ep", Ep.ToJson()), ("action", Action ?? JsonValue.Null), ("task", JsonValue.Of(Task)),
        ("assertions", JsonValue.Array(Assertions.Select(a => JsonValue.Object(("kind", JsonValue.Of(a.Kind)), ("value", JsonValue.Of(a.Value)))))),
        ("delegation", JsonValue.Of(Delegation)), ("session", JsonValue.Of(Session)), ("parent", JsonValue.Of(Parent)), ("aud", JsonValue.Of(Aud)),
        ("cnf", JsonValue.Object(("jkt", JsonValue.Of(HolderThumbprint)))), ("use", JsonValue.Of(Use)), ("mode", JsonValue.Of(Mode)), ("facts", Facts),
        ("trace", Trace ?? JsonValue.Null), ("deadline_ms", JsonValue.Of(DeadlineMs)));

    /// <inheritdoc/>
    public static AskRequest Read(JsonFields fields)
    {
        var (action, task) = (fields.ObjectOrNull("action"), fields.Random128OrNull("task"));
        if (fields.Error is null && (action is null) == (task is null))
        {
            fields.Refuse("task", "an action or a task, never both");
        }

        var cnf = fields.Fields("cnf");
        var jkt = cnf.String("jkt", 43);
        if (cnf.Error is null && !Digest.TryParseBase64Url(jkt, out _))
        {
            cnf.Refuse("jkt", "a thumbprint");
        }

        FieldsOf.Finish(fields, "cnf", cnf);
        return new AskRequest(PointSeq.Read(fields, "ep"), action, task, ReadAssertions(fields), fields.TextOrNull("delegation", 8192), fields.TextOrNull("session", 128),
            fields.Random128OrNull("parent"), fields.Text("aud"), jkt, fields.OneOf("use", "instance", "plane"), fields.OneOf("mode", "once", "lease"), fields.Object("facts"),
            fields.ObjectOrNull("trace"), (int)fields.Integer("deadline_ms", 1, 60_000));
    }

    private static ImmutableArray<Assertion> ReadAssertions(JsonFields fields)
    {
        var assertions = ImmutableArray.CreateBuilder<Assertion>();
        foreach (var item in fields.Array("assertions", AssertionsMax))
        {
            var one = new JsonFields(item, "/assertions");
            assertions.Add(new Assertion(one.OneOf("kind", AssertionKinds.RunToken, AssertionKinds.AccessToken, AssertionKinds.Canary), one.Text("value", 16384)));
            FieldsOf.Finish(fields, "assertions", one);
        }

        return assertions.ToImmutable();
    }
}
