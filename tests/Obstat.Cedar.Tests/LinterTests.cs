using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;
using Obstat.Tests;

namespace Obstat.Cedar.Tests;

/// <summary>What refuses the load of a valid set.</summary>
public sealed class LinterTests
{
    private const string House = """
        entity Team;
        entity User in [Team] { boss: User, suspended?: Bool, team: Team };
        entity Color enum ["red"];
        entity Doc { color: Color };
        action view appliesTo { principal: [User], resource: [Doc], context: { n: Long, opt?: Bool } };
        """;

    [Theory]
    [InlineData("permit(principal, action, resource);", DiagnosticCode.MissingId)]
    [InlineData("@id(\"A b\") permit(principal, action, resource);", DiagnosticCode.InvalidId)]
    [InlineData("@id(\"a\") permit(principal, action, resource); @id(\"a\") permit(principal, action, resource);", DiagnosticCode.DuplicateId)]
    [InlineData("@id(\"a\") forbid(principal in User::\"x\", action, resource);", DiagnosticCode.UnknownEntityLiteral)]
    [InlineData("@id(\"a\") @expires(\"2026-01-01T00:00:00Z\") forbid(principal, action, resource);", DiagnosticCode.ExpiredForbid)]
    [InlineData("@id(\"a\") forbid(principal, action, resource) when { context has opt && context.opt };", DiagnosticCode.OptionalGuard)]
    [InlineData("@id(\"a\") forbid(principal, action, resource) when { principal has boss.suspended && principal.boss.suspended };", DiagnosticCode.OptionalGuard)]
    [InlineData("@id(\"a\") @accept(\"OptionalGuard: \") forbid(principal, action, resource) when { context has opt };", DiagnosticCode.OptionalGuard)]
    [InlineData("@id(\"a\") @title(\"x\\u{202e}y\") permit(principal, action, resource);", DiagnosticCode.SuspiciousText)]
    [InlineData("@id(\"a\") @title(\"p\u0430y\") permit(principal, action, resource);", DiagnosticCode.SuspiciousText)]
    [InlineData("@id(\"a\") permit(principal, action, resource) when { principal.boss.boss.boss in Team::\"t\" };", DiagnosticCode.LevelExceeded)]
    [InlineData("@id(\"a\") forbid(principal is Doc, action, resource);", DiagnosticCode.NoApplicableAction)]
    [InlineData("@id(\"a\") forbid(principal, action, resource) when { context.n == 1 && false };", DiagnosticCode.ImpossiblePolicy)]
    public void A_set_with_a_trap_does_not_load(string text, DiagnosticCode code) => Assert.Contains(code, Lint(text).All.Select(f => f.Code));

    [Theory]
    [InlineData("@id(\"a\") permit(principal in Team::\"t\", action == Action::\"view\", resource) when { resource.color == Color::\"red\" };")]
    [InlineData("@id(\"a\") forbid(principal, action, resource) when { if context has opt then context.opt else true };")]
    [InlineData("@id(\"a\") @accept(\"OptionalGuard: only marked calls\") forbid(principal, action, resource) when { context has opt && context.opt };")]
    [InlineData("@id(\"a\") permit(principal, action, resource) when { context has opt && context.opt };")]
    [InlineData("@id(\"a\") @title(\"h\u00e9llo \u4e16\u754c\") permit(principal, action, resource);")]
    public void A_set_without_a_trap_loads(string text) => Assert.Empty(Lint(text).All);

    [Fact]
    public void Every_load_verdict_of_the_open_gate_cases_is_ours()
    {
        foreach (var item in JsonElement.Parse(Vectors.Bytes("cedar/failopen.json")).EnumerateArray().Where(i => i.TryGetProperty("planeLoads", out _)))
        {
            var schema = Schema.Parse(item.Text("schema")).Require();
            var set = PolicySet.Parse(item.Text("policies")).Require();
            var store = EntityStore.Load(item.GetProperty("entities").GetRawText(), schema).Require();
            var findings = Linter.Check(set, schema, store, 2).All.Where(f => f.Code is not (DiagnosticCode.MissingId or DiagnosticCode.OptionalGuard));
            Assert.True(item.GetProperty("planeLoads").GetBoolean() == !findings.Any(), $"{item.Text("name")}: {string.Join("; ", findings)}");
        }
    }

    private static Findings Lint(string text)
    {
        var schema = Schema.Parse(House).Require();
        return Linter.Check(PolicySet.Parse(text).Require(), schema, EntityStore.Load("[{\"uid\":{\"type\":\"Team\",\"id\":\"t\"},\"attrs\":{},\"parents\":[]}]", schema).Require(), 2);
    }
}
