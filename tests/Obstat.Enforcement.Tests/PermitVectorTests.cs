using System.Text;
using System.Text.Json;
using Obstat.Proof.Json;
using Obstat.Enforcement.Leases;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Receipts;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Tests;

namespace Obstat.Enforcement.Tests;

/// <summary>All permits of the vectors: the accepted ones admit, each other one is refused with its exact code.</summary>
public class PermitVectorTests
{
    [Fact]
    public void Every_permit_of_the_vectors_gets_its_verdict_and_code()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("identity/permit/cases.json.gz"));
        var root = file.RootElement;
        var wrong = new List<string>();
        foreach (var test in root.GetProperty("cases").EnumerateArray())
        {
            var verdict = Run(root, test);
            var expected = test.GetProperty("expect").GetString() == "accept" ? "accept" : test.GetProperty("code").GetString();
            if (verdict != expected)
            {
                wrong.Add($"{test.GetProperty("name")}: expected {expected}, got {verdict}");
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(92, root.GetProperty("cases").GetArrayLength());
    }

    [Fact]
    public void The_canonical_form_of_the_action_is_the_stated_one()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("identity/permit/cases.json.gz"));
        Assert.Equal(file.RootElement.GetProperty("actionJcs").GetString(), Json(file.RootElement.GetProperty("view").GetProperty("action")).ToString());
    }

    private static string Run(JsonElement root, JsonElement test)
    {
        JsonElement View(string name) => test.TryGetProperty("view", out var own) && own.ValueKind == JsonValueKind.Object && own.TryGetProperty(name, out var value) ? value : root.GetProperty("view").GetProperty(name);

        var clock = new ManualClock(DateTimeOffset.FromUnixTimeSeconds(View("now").GetInt64()));
        Assert.True(VerifierKey.TryParse(View("headKey").GetString(), out var head));
        var view = new PointView
        {
            Me = new PointBoot(View("ep").GetProperty("id").GetString()!, View("ep").GetProperty("boot").GetString()!),
            Keys = new PlaneKeySet(View("iss").GetString()!, 0, JsonValue.IntegerMax, head.ToString(), [.. View("keys").EnumerateArray().Select(Key)]),
            Heads = new HeadVerifier(head),
            Obligations = [.. View("obligations").EnumerateArray().Select(o => o.GetString()!)],
            Heard = clock.Steady,
            SilenceMax = TimeSpan.FromSeconds(10),
        };
        var used = new SingleUse();
        foreach (var id in View("used").EnumerateArray())
        {
            Assert.True(used.TryConsume(id.GetString()!, JsonValue.IntegerMax, 0));
        }

        Assert.True(CanonicalAction.TryParse(Json(View("action")), out var action, out _));
        var receipt = test.GetProperty("receipt").ValueKind == JsonValueKind.Null ? null : Json(root.GetProperty("receipts")[test.GetProperty("receipt").GetInt32()]);
        var stops = new PointStops();
        foreach (var id in View("revoked").EnumerateArray().Select(o => o.GetString()!))
        {
            // The vectors name what is revoked without its kind.
            foreach (var kind in new[] { ScopeKind.Permit, ScopeKind.Execution, ScopeKind.Principal, ScopeKind.Key, ScopeKind.Delegation })
            {
                _ = stops.Take(new Order(1, OrderKind.Stop, new Scope(kind, id), "vector", "vector", 1, Random128.Next()), null, clock.Steady);
            }
        }

        var verifier = new Admission.Verifier(clock, new ClockWatch(clock), new StopLatch(), used, used, stops, new LeaseTable(view.Me, new StopTimes()));
        return verifier.TryAdmit(new PresentedPermit(test.GetProperty("permit").GetString()!, receipt), action, View("aud").GetString()!,
            Possession.ByProof(test.GetProperty("proof").GetString(), View("htm").GetString()!, View("htu").GetString()!), view, out var admission, out var refusal, KindOf(test))
            ? admission.NotAfter > clock.Wall ? "accept" : "admitted past its end"
            : refusal.Reason.ToCode();
    }

    // What the door asked for is not in the vectors: whatever the token itself says is taken for it.
    private static LeaseClass KindOf(JsonElement test)
        => test.GetProperty("permit").GetString()!.Split('.') is [_, var payload, _] && Proof.Encodings.Base64Url.TryDecode(payload, out var bytes) && StrictJson.TryParse(bytes, out var claims, out _)
            && claims.Kind == JsonKind.Object && claims["lease"] is not null ? LeaseClass.Stream : LeaseClass.None;

    private static KeySetMember Key(JsonElement jwk)
    {
        Assert.True(JwsKey.TryImport(Json(jwk).Without("alg").Without("kid").Without("execution_role"), KeyRoleWords.TryParse(jwk.GetProperty("execution_role").GetString(), out var role) ? role : KeyRole.None, out var key, out _));
        Assert.Equal(jwk.GetProperty("kid").GetString(), key.Kid);
        return new KeySetMember(key, 0, JsonValue.IntegerMax);
    }

    private static JsonValue Json(JsonElement element) => StrictJson.TryParse(Encoding.UTF8.GetBytes(element.GetRawText()), out var value, out var error) ? value : throw new InvalidDataException(error.ToString());
}
