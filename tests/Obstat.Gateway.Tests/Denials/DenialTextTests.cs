using CsCheck;
using Obstat.Gateway.Denials;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Tests.Denials;

public sealed class DenialTextTests
{
    private static readonly JsonValue Transfer = JsonValue.Object(("amount", JsonValue.Of(12000)), ("to", JsonValue.Of("acct-7")));

    [Fact]
    public void Arguments_that_do_not_obey_are_named_by_their_place()
        => Assert.EndsWith(" It did not run. Do not retry unchanged. The argument at /to is not what the tool's input schema describes. Reference 7.",
            DenialText.Text(new Denial(DenyReason.Malformed, 7, Hint: "/to"), "transfer", Transfer), StringComparison.Ordinal);

    [Fact]
    public void The_text_has_one_fixed_shape()
        => Assert.Equal("Obstat refused this call: NotPermitted. Action: transfer(amount=12000, to=\"acct-7\"). It did not run. "
            + "Do not retry unchanged. Transfers above 1000 are made by people in finance. Reference 4711.",
            DenialText.Text(new Denial(DenyReason.NotPermitted, 4711, Hint: "Transfers above 1000 are made by people in finance."), "transfer", Transfer));

    [Fact]
    public void The_machine_part_has_every_member()
        => Assert.Equal("""{"decision":"4711","hint":null,"ran":false,"reason":"NotPermitted","retry":"changed","retryAfterMs":null,"task":null,"v":1}""",
            DenialText.Machine(new Denial(DenyReason.NotPermitted, 4711)).ToString());

    [Fact]
    public void After_dispatch_nobody_claims_that_it_did_not_run()
    {
        var refusal = new Denial(DenyReason.PlaneUnavailable, MayHaveRun: true);
        Assert.Contains("It may have run.", DenialText.Text(refusal, "transfer", Transfer), StringComparison.Ordinal);
        Assert.Equal("unknown", DenialText.Machine(refusal)["ran"]!.AsString);
    }

    [Fact]
    public void A_refused_call_is_a_result_that_agents_read()
    {
        var result = DenialText.Result(new Denial(DenyReason.Forbidden, 1), "danger", null);
        Assert.True(result["isError"]!.AsBoolean);
        Assert.Single(result["content"]!.Items);
        Assert.Null(result["structuredContent"]);
        Assert.Equal("Forbidden", result["_meta"]!["execution/denial"]!["reason"]!.AsString);
    }

    [Fact]
    public void Nobody_s_decision_is_told_as_a_fault() => Assert.Equal("Fault", DenialText.Machine(new Denial(DenyReason.Undecided))["reason"]!.AsString);

    [Fact]
    public void Whatever_the_arguments_are_the_text_is_short_and_on_one_line()
        => Gen.Select(Gen.String[0, 900], Gen.String[0, 900], Gen.String[0, 400]).Sample((name, value, hint) =>
        {
            var arguments = JsonValue.Object((Clean(name) + "a", JsonValue.Of(Clean(value))), ("\u202e\n", JsonValue.Of("\n")));
            var text = DenialText.Text(new Denial(DenyReason.Fault, 1, Hint: Clean(hint)), "x\ny", arguments);
            return text.Length <= 600 && !text.Any(char.IsControl) && !text.Contains('\u202e', StringComparison.Ordinal);
        }, iter: 500);

    [Fact]
    public void A_long_argument_is_cut_and_the_reference_stays()
    {
        var text = DenialText.Text(new Denial(DenyReason.NotPermitted, 4711, Hint: new string('h', 500)), "transfer", JsonValue.Object(("note", JsonValue.Of(new string('x', 5000)))));
        Assert.EndsWith("Reference 4711.", text, StringComparison.Ordinal);
        Assert.True(text.Length <= 600);
    }

    private static string Clean(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);
}
