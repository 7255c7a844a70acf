using Obstat.Core.Decisions;
using Obstat.Core.Tests.Way;

namespace Obstat.Core.Tests.Decisions;

/// <summary>What a break-glass may not say.</summary>
public sealed class EmergencyLawTests
{
    private const string Good = """@id("break-glass-pay") @expires("2026-11-23T12:30:00Z") permit (principal is Plane::User, action == payments::Action::"transfer", resource == Plane::Server::"payments");""";

    private static string? Error(string policies) => EmergencyLaw.TryRead(policies, Bench.Noon, out _, out var error) ? null : error;

    [Fact]
    public void A_permit_for_a_named_action_on_a_named_server_with_an_end_within_the_hour_is_one()
    {
        Assert.True(EmergencyLaw.TryRead(Good + Good.Replace("-pay", "-more", StringComparison.Ordinal).Replace("12:30", "13:00", StringComparison.Ordinal), Bench.Noon, out var law, out var error), error);
        Assert.Equal(Bench.Noon.AddHours(1), law.Until);
    }

    [Theory]
    [InlineData("permit (", "forbid (", "forbid")]
    [InlineData("break-glass-pay", "pay", "begins with break-glass")]
    [InlineData("@expires(\"2026-11-23T12:30:00Z\")", "", "an @expires")]
    [InlineData("12:30:00", "12:00:00", "not over")]
    [InlineData("12:30:00Z", "13:00:00.001Z", "within one hour")]
    [InlineData("action == payments::Action::\"transfer\"", "action", "actions by name")]
    [InlineData("action == payments::Action::\"transfer\"", "action in Plane::Action::\"pay\"", "actions by name")]
    [InlineData("action == payments::Action::\"transfer\"", "action in [payments::Action::\"transfer\", Plane::Action::\"call\"]", "actions by name")]
    [InlineData("action == payments::Action::\"transfer\"", "action == Plane::Action::\"call\"", "actions by name")]
    [InlineData("resource == Plane::Server::\"payments\"", "resource", "one server")]
    [InlineData("resource == Plane::Server::\"payments\"", "resource in Plane::Zone::\"all\"", "one server")]
    [InlineData("permit (", "permit", "expected")]
    public void Whatever_is_wider_or_longer_is_refused_and_says_what_was_expected(string from, string to, string words)
        => Assert.Contains(words, Error(Good.Replace(from, to, StringComparison.Ordinal)) ?? "taken", StringComparison.Ordinal);

    [Fact]
    public void A_forbid_beside_it_and_nothing_at_all_are_refused()
    {
        Assert.Contains("a permit", Error(Good + """@id("break-glass-no") forbid (principal, action == payments::Action::"balance", resource == Plane::Server::"payments");"""), StringComparison.Ordinal);
        Assert.NotNull(Error(""));
    }
}
