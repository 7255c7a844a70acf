using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Suggestions;
using Obstat.Core.Tests.Way;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Decisions;

public sealed class SuggesterTests : IDisposable
{
    private const string Connect = "@id(\"connect\") permit (principal, action in [Plane::Mcp::Action::\"connect\", Plane::Mcp::Action::\"list\"], resource);";

    private readonly Bench _bench = new(Connect);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void One_refused_call_is_drafted_by_its_exact_values_and_allows_nothing_else()
    {
        var set = Draft(Connect, false, Transfer(12000, "acct-7"));
        var draft = Assert.Single(set.Drafted);
        Assert.Equal(
            """
            @id("suggested.payments.transfer.1")
            @title("Drafted from refusals, entries 0; reviewed by nobody yet")
            permit (
              principal == Plane::Agent::"local:uid:1000",
              action == payments::Action::"transfer",
              resource == Plane::Server::"payments"
            )
            when {
              context.input.amount == decimal("12000.0") &&
              context.input.to == "acct-7"
            };

            """, draft.Text);
        Assert.Equal([0], draft.Covers);
        Assert.Empty(draft.AlsoAllows);
        Assert.Equal(DenyReason.Undecided, Under(set.Files, Transfer(12000, "acct-7")));
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Transfer(12001, "acct-7")));
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Transfer(12000, "acct-8")));
    }

    [Fact]
    public void A_few_values_become_an_enumeration_and_its_combinations_are_told()
    {
        var set = Draft(Connect, false, Transfer(1, "a"), Transfer(2, "b"));
        var draft = Assert.Single(set.Drafted);
        Assert.Contains("[\"a\", \"b\"].contains(context.input.to)", draft.Text, StringComparison.Ordinal);
        Assert.Equal(["combinations of these values that were not asked for"], draft.AlsoAllows);
        Assert.Equal(DenyReason.Undecided, Under(set.Files, Transfer(1, "b")));
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Transfer(3, "b")));
    }

    [Fact]
    public void Many_values_become_a_bound_and_a_prefix_at_a_separator_and_both_are_told()
    {
        var set = Draft(Connect, false, [.. Enumerable.Range(1, 12).Select(i => Transfer(i * 10, $"team/ops/{i}"))]);
        var draft = Assert.Single(set.Drafted);
        Assert.Contains("context.input.amount.greaterThanOrEqual(decimal(\"10.0\")) && context.input.amount.lessThanOrEqual(decimal(\"120.0\"))", draft.Text, StringComparison.Ordinal);
        Assert.Contains("context.input.to like \"team/ops/*\" &&\n  !(context.input.to like \"*..*\")", draft.Text, StringComparison.Ordinal);
        Assert.Equal(["every context.input.amount from decimal(\"10.0\") to decimal(\"120.0\")", "every context.input.to that begins with \"team/ops/\""], draft.AlsoAllows);
        Assert.Equal(12, draft.Covers.Length);
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Transfer(10, "team/ops/../root")));
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Transfer(10, "team/op")));
    }

    [Fact]
    public void A_wider_draft_of_one_call_is_made_only_when_asked_for()
    {
        Assert.Contains("context.input.to like \"team/*\"", Draft(Connect, true, Transfer(1, "team/a")).Drafted.Single().Text, StringComparison.Ordinal);
        Assert.Contains("context.input.to == \"team/a\"", Draft(Connect, false, Transfer(1, "team/a")).Drafted.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_argument_that_was_left_out_stays_out()
    {
        var set = Draft(Connect, false, _bench.Call("balance", "{}"));
        Assert.Contains("!(context.input has account)", set.Drafted.Single().Text, StringComparison.Ordinal);
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, _bench.Call("balance", """{"account":"x"}""")));
        var mixed = Draft(Connect, false, _bench.Call("balance", "{}"), _bench.Call("balance", """{"account":"x"}"""));
        Assert.Contains("(if context.input has account then context.input.account == \"x\" else true)", mixed.Drafted.Single().Text, StringComparison.Ordinal);
        Assert.Equal(DenyReason.NotPermitted, Under(mixed.Files, _bench.Call("balance", """{"account":"y"}""")));
    }

    [Fact]
    public void What_cannot_stand_in_a_policy_is_left_open_and_told()
    {
        var set = Draft(Connect, false, Transfer(1, new string('x', 300)), Transfer(1, "two\\nlines"));
        Assert.DoesNotContain("context.input.to", set.Drafted.Single().Text, StringComparison.Ordinal);
        Assert.StartsWith("any context.input.to", set.Drafted.Single().AlsoAllows.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*/?")]
    [InlineData("quote\\\" ) || true")]
    [InlineData("\\u202e")]
    [InlineData("back\\\\slash*")]
    public void Values_of_a_caller_are_literals_and_nothing_else(string to)
    {
        var call = _bench.Call("transfer", $$"""{"amount":1,"to":"{{to}}"}""");
        var set = Draft(Connect, false, call);
        if (set.Drafted.IsEmpty)
        {
            // A value that would turn a line round is refused by the load gate, so nothing is drafted.
            Assert.Contains("SuspiciousText", set.Left.Single().Value, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(DenyReason.Undecided, Under(set.Files, call));
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Transfer(1, "other")));
    }

    [Fact]
    public void A_forbid_that_stood_against_it_gets_the_draft_as_an_exception_and_keeps_its_text()
    {
        const string closed = Connect + "\n// closed by name\n@id(\"closed\")\n@agent_message(\"Only reading; is permitted.\")\nforbid (principal, action == payments::Action::\"transfer\", resource); // why\n";
        var set = Draft(closed, false, Transfer(5, "a"));
        var draft = Assert.Single(set.Drafted);
        Assert.Equal(["closed"], draft.Narrows);
        Assert.Contains("resource)\nunless {\n  principal == Plane::Agent::\"local:uid:1000\" &&\n  action == payments::Action::\"transfer\" &&\n  resource == Plane::Server::\"payments\" &&\n  context.input.amount == decimal(\"5.0\") &&\n  context.input.to == \"a\"\n}; // why", Text(set.Files, "main.cedar"), StringComparison.Ordinal);
        Assert.Equal(DenyReason.Undecided, Under(set.Files, Transfer(5, "a")));
        Assert.Equal(DenyReason.Forbidden, Under(set.Files, Transfer(6, "a")));
    }

    [Fact]
    public void What_no_permit_would_change_is_left_with_its_reason()
    {
        var changed = _bench.Call("transfer", """{"amount":1,"to":"a"}""", Obstat.Core.Tests.Records.Said.Sha("changed").ToBase64Url());
        var set = Draft(Connect, false, changed, _bench.Call("transfer", """{"amount":"x","to":"a"}"""), Bench.Method("tools/list"));
        Assert.Empty(set.Drafted);
        Assert.Equal(["AttestationBroken: no permit would change that", "Malformed: no permit would change that", "the policies of now allow it"], set.Left.Values);
        Assert.Equal(Connect, Text(set.Files, "main.cedar"));
    }

    [Fact]
    public void Prompts_and_resources_are_drafted_by_name_and_uri()
    {
        var set = Draft(Connect, false, Bench.Method("resources/read", ("uri", JsonValue.Of("file:///a"))), Bench.Method("prompts/get", ("name", JsonValue.Of("p"))));
        Assert.Equal(2, set.Drafted.Length);
        Assert.Equal(DenyReason.Undecided, Under(set.Files, Bench.Method("resources/read", ("uri", JsonValue.Of("file:///a")))));
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Bench.Method("resources/read", ("uri", JsonValue.Of("file:///b")))));
        Assert.Equal(DenyReason.NotPermitted, Under(set.Files, Bench.Method("prompts/get", ("name", JsonValue.Of("q")))));
    }

    private static string Text(ImmutableArray<LawFile> files, string path) => Encoding.UTF8.GetString(files.Single(f => f.Path == path).Bytes.AsSpan());

    private static ImmutableArray<LawFile> Files(string policies) => [new LawFile("main.cedar", [.. Encoding.UTF8.GetBytes(policies)])];

    private JsonValue Transfer(int amount, string to) => _bench.Call("transfer", string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{amount}},"to":"{{to}}"}"""));

    private DenyReason Under(ImmutableArray<LawFile> files, JsonValue action) => Decide(files, action) is var decided && decided.Decision.IsAllowed ? DenyReason.Undecided : decided.Decision.Reason;

    private Decided Decide(ImmutableArray<LawFile> files, JsonValue action)
    {
        _bench.Snapshot = Snapshot.Of(LawLoader.Load(files), PrincipalDirectory.Empty, _bench.Trust, Revocations.Empty);
        return _bench.Decide(action);
    }

    private SuggestionSet Draft(string policies, bool widens, params JsonValue[] actions)
    {
        var files = Files(policies);
        return Suggester.Draft(files, [.. actions.Select((a, i) => new RefusedCall(i, Decide(files, a)))], widens, (under, entry) => Decide(under, actions[(int)entry]));
    }
}
