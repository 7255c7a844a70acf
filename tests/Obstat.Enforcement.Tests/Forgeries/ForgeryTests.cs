using System.Reflection;
using System.Text.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;
using Obstat.Proof.Receipts;

namespace Obstat.Enforcement.Tests.Forgeries;

/// <summary>A proof can be held, not made: each way to make one without its maker is refused by the compiler, by name.</summary>
public class ForgeryTests
{
    private static readonly Type[] Proofs = [typeof(Admission), typeof(VerifiedJws), typeof(SignedJws), typeof(VerifiedReceipt), typeof(DpopProof), typeof(AccessTokenClaims), typeof(JwsKey)];

    public static TheoryData<string> Names => [.. Proofs.Select(p => p.Name)];

    [Fact]
    public void The_legal_way_compiles() => Assert.Empty(Stranger.Errors("""
        public static string Go(Admission.Verifier verifier, PresentedPermit permit, CanonicalAction action, Possession holder, PointView view)
        {
            if (!verifier.TryAdmit(permit, action, "urn:execution:server:payments", holder, view, out var admission, out var refusal))
            {
                return refusal.ToString();
            }

            admission.Begin();
            return Forward(admission);
        }

        private static string Forward(Admission admission) => admission.Execution;
        """));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_proof_cannot_be_made_by_new(string proof)
        => Assert.Contains(Assert.Single(Stranger.Errors($"object Forge() => new {proof}();")), (string[])["CS1729", "CS0122"]);

    [Theory]
    [InlineData("Admission", "null!, null!, null!, null!, null!, default, null, 0")]
    [InlineData("VerifiedJws", "null!")]
    [InlineData("SignedJws", "null!, null!, null!, \"\"")]
    [InlineData("VerifiedReceipt", "null!, 1, default, default, null!")]
    [InlineData("DpopProof", "\"\", null!")]
    [InlineData("AccessTokenClaims", "null!, null")]
    [InlineData("JwsKey", "null, default, default, null!, null!, null, null")]
    public void A_proof_cannot_be_made_by_its_own_constructor(string proof, string arguments)
        => Assert.Equal(["CS0122"], Stranger.Errors($"object Forge() => new {proof}({arguments});"));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_proof_cannot_be_copied_with_a_change(string proof) => Assert.Equal(["CS8858"], Stranger.Errors($"{proof} Forge({proof} real) => real with {{ }};"));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_proof_cannot_be_derived_from(string proof) => Assert.Contains("CS0509", Stranger.Errors($"class Forged : {proof} {{ }}"));

    [Theory]
    [InlineData("Admission", "Action", "null!")]
    [InlineData("Admission", "NotAfter", "default")]
    [InlineData("VerifiedJws", "Claims", "null!")]
    [InlineData("VerifiedReceipt", "Index", "1")]
    [InlineData("JwsKey", "Role", "KeyRole.Root")]
    public void A_proof_cannot_be_changed_or_filled(string proof, string member, string value)
    {
        Assert.Equal(["CS0200"], Stranger.Errors($"void Forge({proof} real) => real.{member} = {value};"));
        Assert.Contains("CS0200", Stranger.Errors($"object Forge() => new {proof} {{ {member} = {value} }};"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_proof_is_no_struct_so_its_default_is_nothing(string proof) => Assert.Equal(["CS0453"], Stranger.Errors($"Nullable<{proof}> Forge() => default;"));

    [Theory]
    [MemberData(nameof(Names))]
    public void No_deserialiser_can_make_a_proof(string proof)
    {
        var type = Proofs.Single(p => p.Name == proof);
        Assert.True(type.IsSealed);
        Assert.Empty(type.GetConstructors(BindingFlags.Instance | BindingFlags.Public));
        Assert.DoesNotContain(type.GetProperties(BindingFlags.Instance | BindingFlags.Public), p => p.SetMethod?.IsPublic == true);
        _ = Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize("{}", type));
    }

    [Fact]
    public void A_step_cannot_be_left_out()
    {
        Assert.Equal(["CS1503"], Stranger.Errors("static string Forward(Admission a) => a.Execution; string Forge(PresentedPermit permit) => Forward(permit);"));
        Assert.Equal(["CS1503"], Stranger.Errors("static string Forward(Admission a) => a.Execution; string Forge(PermitClaims claims) => Forward(claims);"));
        Assert.Equal(["CS1503"], Stranger.Errors("static string Forward(Admission a) => a.Execution; string Forge(Answer answer) => Forward(answer);"));
        Assert.Equal(["CS1503"], Stranger.Errors("static string Use(VerifiedJws j) => j.Compact; string Forge(SignedJws signed) => Use(signed);"));
    }

    [Fact]
    public void An_answer_has_two_ways_out_and_no_third()
    {
        Assert.Equal(["CS7036"], Stranger.Errors("object Forge(Answer answer) => answer.Match(admission => 1);"));
        Assert.Equal(["CS0122"], Stranger.Errors("object Forge(Admission a) => Answer.Yes(a, []);"));
        Assert.Contains("CS1729", Stranger.Errors("class Forged : Answer { public override T Match<T>(Func<Admission, T> admitted, Func<Refused, T> refused) => admitted(null!); }"));
        Assert.Contains("CS0122", Stranger.Errors("class Forged : Possession { }"));
    }
}
