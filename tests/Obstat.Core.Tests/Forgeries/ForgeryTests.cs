using System.Reflection;
using System.Text.Json;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Permits;
using Obstat.Core.Records;
using Obstat.Core.Requests;

namespace Obstat.Core.Tests.Forgeries;

/// <summary>A step of the way can be held, not made: each way to make one without its maker is refused by the compiler, by name.</summary>
public class ForgeryTests
{
    private static readonly Type[] Steps = [typeof(ExecutionRequest), typeof(Identified), typeof(Decided), typeof(Recorded), typeof(ExecutionPermit)];

    public static TheoryData<string> Names => [.. Steps.Select(s => s.Name)];

    [Fact]
    public void The_legal_way_compiles()
        => Assert.Empty(Compiler.Errors("""
            public static async Task<Verdict> Go(AskRequest ask, Digest body, RegisteredPoint at, Snapshot snapshot, ISealer sealer, Recorded.Recorder recorder, ExecutionPermit.Issuer issuer, PermitTerms terms, Chance chance, DateTimeOffset now)
            {
                if (!ExecutionRequest.Intake.TryTake(ask, body, at, out var request, out var refusal))
                {
                    throw new InvalidOperationException(refusal.ToString());
                }

                var identified = Identified.Verifier.Verify(request, snapshot, Freshness.Unknown, now);
                var decided = Decided.Authorizer.Decide(identified, snapshot, Freshness.Unknown, now);
                var draft = new DecisionDraft(decided, (await sealer.SealAsync(decided, CancellationToken.None))!, chance, terms);
                var recording = await recorder.AppendAsync(draft.Draft, CancellationToken.None);
                return await recording.Match(recorded => issuer.IssueAsync(recorded, draft, CancellationToken.None), reason => throw new InvalidOperationException());
            }
            """));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_cannot_be_made_by_new(string step)
        => Assert.Contains(Assert.Single(Compiler.Errors($"object Forge() => new {step}();")), (string[])["CS1729", "CS0122"]);

    [Theory]
    [InlineData("ExecutionRequest", "null!, null!, default, null!, null")]
    [InlineData("Identified", "null!, null, default")]
    [InlineData("Decided", "null!, null!, null!, default, default, null!")]
    [InlineData("Recorded", "null!")]
    [InlineData("ExecutionPermit", "null!, null!, null!, null!")]
    public void A_step_cannot_be_made_by_its_own_constructor(string step, string arguments)
        => Assert.Equal(["CS0122"], Compiler.Errors($"object Forge() => new {step}({arguments});"));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_cannot_be_copied_with_a_change(string step)
        => Assert.Equal(["CS8858"], Compiler.Errors($"{step} Forge({step} real) => real with {{ }};"));

    [Theory]
    [InlineData("ExecutionRequest", "Seq = 2")]
    [InlineData("Identified", "Request = null!")]
    [InlineData("Decided", "Decision = default")]
    [InlineData("Recorded", "Entry = null!")]
    [InlineData("ExecutionPermit", "Compact = \"\"")]
    public void A_step_cannot_be_filled_by_an_initialiser(string step, string member)
    {
        var errors = Compiler.Errors($"object Forge() => new {step} {{ {member} }};");
        Assert.Contains("CS0200", errors);
        Assert.True(errors.Contains("CS1729") || errors.Contains("CS0122"), string.Join(' ', errors));
    }

    [Theory]
    [InlineData("ExecutionRequest", "Seq", "2")]
    [InlineData("Identified", "Request", "null!")]
    [InlineData("Decided", "Decision", "default")]
    [InlineData("Recorded", "Entry", "null!")]
    [InlineData("ExecutionPermit", "Claims", "null!")]
    public void A_step_cannot_be_changed_afterwards(string step, string member, string value)
        => Assert.Equal(["CS0200"], Compiler.Errors($"void Forge({step} real) => real.{member} = {value};"));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_cannot_be_derived_from(string step)
        => Assert.Contains("CS0509", Compiler.Errors($"class Forged : {step} {{ }}"));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_is_not_a_struct_so_its_default_is_nothing(string step)
        => Assert.Equal(["CS0453"], Compiler.Errors($"Nullable<{step}> Forge() => default;"));

    [Fact]
    public void Each_step_needs_the_one_before_it()
    {
        Assert.Equal(["CS1503"], Compiler.Errors("Identified Forge(AskRequest ask, Snapshot s, DateTimeOffset now) => Identified.Verifier.Verify(ask, s, Freshness.Unknown, now);"));
        Assert.Equal(["CS1503"], Compiler.Errors("Decided Forge(ExecutionRequest request, Snapshot s, DateTimeOffset now) => Decided.Authorizer.Decide(request, s, Freshness.Unknown, now);"));
        Assert.Equal(["CS1503"], Compiler.Errors("object Forge(Identified who, SealedDecision parts, Chance chance, PermitTerms terms) => new DecisionDraft(who, parts, chance, terms);"));
        Assert.Equal(["CS1503"], Compiler.Errors("object Forge(Recorded.Recorder recorder, Decided decided) => recorder.AppendAsync(decided, default);"));
        Assert.Equal(["CS1503"], Compiler.Errors("object Forge(ExecutionPermit.Issuer issuer, Decided decided, DecisionDraft draft) => issuer.IssueAsync(decided, draft, default);"));
        Assert.Equal(["CS1503"], Compiler.Errors("object Forge(ExecutionPermit.Issuer issuer, Appended entry, DecisionDraft draft) => issuer.IssueAsync(entry, draft, default);"));
        Assert.Equal(["CS7036"], Compiler.Errors("object Forge(ExecutionPermit.Issuer issuer, Recorded recorded) => issuer.IssueAsync(recorded, cancellation: default);"));
        Assert.Equal(["CS1503"], Compiler.Errors("object Forge(PermitClaims claims) => Verdict.Permitted(claims);"));
    }

    [Fact]
    public void A_verdict_has_two_ways_out_and_no_third()
    {
        Assert.Equal(["CS7036"], Compiler.Errors("object Forge(Verdict verdict) => verdict.Match(permit => 1);"));
        Assert.Contains("CS0122", Compiler.Errors("class Forged : Verdict { public override T Match<T>(Func<ExecutionPermit, T> permitted, Func<Denial, T> denied) => permitted(null!); }"));
    }

    [Fact]
    public void A_decision_cannot_be_told_to_allow()
    {
        Assert.Equal(["CS0122"], Compiler.Errors("Decision Forge() => Decision.From(null!);"));
        Assert.Equal(["CS0200"], Compiler.Errors("Decision Forge() => new Decision { IsAllowed = true };"));
        Assert.Equal(["CS0122"], Compiler.Errors("object Forge() => new Principal(PrincipalKind.User, \"root\", null!);"));
        Assert.Contains("CS0122", Compiler.Errors("object Forge() => new Snapshot(null!, null!, null!, null!, null!);"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_deserialiser_can_make_a_step(string step)
    {
        var type = Steps.Single(s => s.Name == step);
        foreach (var json in (string[])["{}", "null!", "[]"])
        {
            Exception? refused = null;
            object? made = null;
            try
            {
                made = JsonSerializer.Deserialize(json, type);
            }
            catch (Exception e) when (e is NotSupportedException or JsonException or InvalidOperationException)
            {
                refused = e;
            }

            Assert.Null(made);
            Assert.NotNull(refused);
        }

        Assert.DoesNotContain(type.GetConstructors(BindingFlags.Instance | BindingFlags.Public), _ => true);
        Assert.True(type.IsSealed);
        Assert.DoesNotContain(type.GetProperties(BindingFlags.Instance | BindingFlags.Public), p => p.SetMethod is not null);
    }
}
