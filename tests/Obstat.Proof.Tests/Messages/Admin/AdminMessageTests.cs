using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Proof.Tests.Messages.Admin;

public sealed class AdminMessageTests
{
    private static readonly Digest Some = Digest.Of("x"u8);

    private static readonly LawFindingShown Finding = new("payments.cedar", 3, 7, "UnknownAttribute", true, "no such attribute");

    private static readonly DecisionShown Denied = new(7, "2027-01-02T03:04:05.678Z", DenyReason.NotPermitted, "Agent::local:uid:1000", "mcp.tools/call", "payments", "transfer", [], null, null);

    public static TheoryData<string> Bodies() =>
    [
        new AdminRequest().ToJson().ToString(),
        new AdminRefusal(DenyReason.PlaneUnavailable, "starting").ToJson().ToString(),
        new ActivateAnswer(null, 12, Some, 3, []).ToJson().ToString(),
        new ActivateAnswer(DenyReason.PolicyInvalid, null, null, 0, [Finding, Finding with { File = null, IsRefusing = false }]).ToJson().ToString(),
        Status(DenyReason.PolicyMissing).ToJson().ToString(),
        Status(null).ToJson().ToString(),
        new DecisionsRequest(null, 20, null, null).ToJson().ToString(),
        new DecisionsRequest(100, 1, false, DenyReason.Forbidden).ToJson().ToString(),
        new DecisionsAnswer([Denied, Denied with { Reason = null, Policies = ["pay-small"], Outcome = "succeeded", OutcomeEntry = 8 }]).ToJson().ToString(),
        new EntryRequest(7).ToJson().ToString(),
        new EntryShown(7, "decision", Some, JsonValue.Object(("a", JsonValue.Of(1))), Denied, JsonValue.EmptyObject).ToJson().ToString(),
        new EntryShown(8, "outcome", Some, JsonValue.EmptyObject, null, null).ToJson().ToString(),
        new ExportRequest(0, null).ToJson().ToString(),
        new DrainRequest(60_000, "upgrade").ToJson().ToString(),
        new DrainAnswer("2027-01-02T03:04:05Z", 3, null).ToJson().ToString(),
        new BreakGlassRequest("permit (", "outage", "a.b.c").ToJson().ToString(),
        new BreakGlassAnswer(12, ["k1", "k2"], null).ToJson().ToString(),
        new ExportRequest(3, 9).ToJson().ToString(),
        new AccessTokenRequest("alice", "http://127.0.0.1:7073", 3600).ToJson().ToString(),
        new AccessTokenAnswer("a.b.c", 1).ToJson().ToString(),
        new ConsoleLinkRequest("viewer").ToJson().ToString(),
        new ConsoleLinkAnswer("http://127.0.0.1:7074/login?t=x", 1).ToJson().ToString(),
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Each_message_comes_back_as_it_was_written(string body)
    {
        var value = Parsed(body);
        Assert.Equal(body, ReadAll(value).Single(t => t == body));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_message_with_a_member_more_or_less_or_another_version_is_refused(string body)
    {
        var value = Parsed(body);
        Assert.DoesNotContain(value.With("more", JsonValue.Null).ToString(), ReadAll(value.With("more", JsonValue.Null)));
        Assert.Empty(ReadAll(value.With("v", JsonValue.Of(2))));
        foreach (var member in value.Members)
        {
            var without = value.Without(member.Name);
            Assert.DoesNotContain(without.ToString(), ReadAll(without).Where(_ => without.Members.Length > 1));
        }
    }

    [Fact]
    public void Nested_members_are_read_as_strictly()
    {
        var value = Parsed(new DecisionsAnswer([Denied]).ToJson().ToString());
        var row = value["decisions"]!.Items[0];
        Assert.False(PlaneMessage.TryRead<DecisionsAnswer>(value.With("decisions", JsonValue.Array(row.With("extra", JsonValue.Null))), out _, out _));
        Assert.False(PlaneMessage.TryRead<DecisionsAnswer>(value.With("decisions", JsonValue.Array(row.Without("server"))), out _, out _));
        Assert.False(PlaneMessage.TryRead<DecisionsAnswer>(value.With("decisions", JsonValue.Array(row.With("reason", JsonValue.Of("Allowed")))), out _, out _));
    }

    private static StatusAnswer Status(DenyReason? refusing) => new()
    {
        Refusing = refusing, Running = 2, DrainsUntil = refusing is null ? null : "2027-01-02T03:04:05Z", BreakGlassUntil = refusing is null ? "2027-01-02T03:04:05Z" : null,
        Origin = "o", HeadKey = "k", Root = "r", Entries = 5, Instance = "i", Epoch = 2, Started = "s", KeysUntil = "u", Snapshot = refusing is null ? Some : null, Policies = 1,
        Rejected = [Finding], ProbeMs = 15_000,
        Points = [new PointShown("gateway", "gateway", "b", 3, 12, 40, 0, null, [], null), new PointShown("hook", "hook", "c", 4, 12, 40, 0, new ProofOfClosure(9, 8, null, DenyReason.PolicyMissing, 1, "a probe"), ["epoch"], "a.b.c")],
    };

    private static JsonValue Parsed(string body) => StrictJson.TryParse(System.Text.Encoding.UTF8.GetBytes(body), out var value, out var error) ? value : throw new InvalidOperationException(error.ToString());

    private static IEnumerable<string> ReadAll(JsonValue value)
    {
        return new[]
        {
            Read<AdminRequest>(value), Read<AdminRefusal>(value), Read<ActivateAnswer>(value), Read<StatusAnswer>(value), Read<DrainRequest>(value), Read<DrainAnswer>(value), Read<BreakGlassRequest>(value), Read<BreakGlassAnswer>(value), Read<DecisionsRequest>(value), Read<DecisionsAnswer>(value),
            Read<EntryRequest>(value), Read<EntryShown>(value), Read<ExportRequest>(value), Read<AccessTokenRequest>(value), Read<AccessTokenAnswer>(value),
            Read<ConsoleLinkRequest>(value), Read<ConsoleLinkAnswer>(value),
        }.OfType<string>();
    }

    private static string? Read<T>(JsonValue value)
        where T : class, IPlaneMessage<T> => PlaneMessage.TryRead<T>(value, out var message, out _) ? message.ToJson().ToString() : null;
}
