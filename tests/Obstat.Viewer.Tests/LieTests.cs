using System.Text;
using System.Text.Json.Nodes;

namespace Obstat.Viewer.Tests;

/// <summary>A plane or a door that holds its keys and lies: every signature below is genuine, and the viewer names the check that the lie breaks.</summary>
public sealed class LieTests(ViewerPage viewer, KeptPage kept) : IClassFixture<KeptPage>
{
    internal static readonly Dictionary<string, (string Checks, Action<MadeLog> Tell)> Lies = new()
    {
        ["a denial with a permit"] = ("V02", log => log.Change[6] = p => p["permit"] = new JsonObject { ["jti"] = MadeLog.Jti, ["claims"] = new string('0', 64), ["notBefore"] = 1, ["notAfter"] = 2, ["use"] = "instance", ["mode"] = "once", ["lease"] = null }),
        ["an allow beside an error"] = ("V02,V09", log => log.Change[4] = p => p["errors"] = new JsonArray(new JsonObject { ["policy"] = "a", ["code"] = "b" })),
        ["an allow with a reason"] = ("V02,V09", log => log.Change[4] = p => p["reason"] = "NotPermitted"),
        ["policies out of order"] = ("V02,V09", log => log.Change[4] = p => p["policies"] = new JsonArray("b", "a")),
        ["a member more"] = ("V02,V09", log => log.Change[4] = p => p["approved"] = true),
        ["a member less"] = ("V02,V09", log => log.Change[4] = p => p.Remove("trace")),
        ["a number that is no integer"] = ("V02", log => log.Change[5] = p => p["effects"]!["calls"] = 1.5),
        ["a time of another spelling"] = ("V02", log => log.Change[5] = p => p["ended"] = "2026-11-23T09:30:06Z"),
        ["a statement for another log"] = ("V02", log => log.Change[5] = p => p["origin"] = "t-8.made.obstat.internal"),
        ["a key that is not the thumbprint it claims"] = ("V02", log => log.Change[2] = p => p["kid"] = new string('A', 43)),
        ["a decision signed by the root"] = ("V03", log => log.Signer[4] = "root"),
        ["a decision signed by the door"] = ("V03", log => log.Signer[4] = "report"),
        ["an outcome signed by the plane"] = ("V03", log => log.Signer[5] = "statement"),
        ["an outcome of another boot"] = ("V03,V10", log => log.Change[5] = p => p["ep"] = MadeLog.Ep(2, null, "AAAAAAAAAAAAAAAAAAAAAQ")),
        ["a decision signed by a key that is announced later"] = ("V03", log =>
        {
            log.Signer[6] = "stranger";
            log.More.Add(("key-set", "stranger", made => made.KeySet(("stranger", "statement")), ["set"]));
        }),
        ["a key set that the root did not sign"] = ("V03", log => log.Change[1] = p => p["proof"] = Convert.ToBase64String(Convert.FromBase64String((string)p["proof"]!).Select((value, i) => i == 30 ? (byte)(value ^ 1) : value).ToArray())),
        ["a key set that was changed after the root signed it"] = ("V03", log => log.Change[1] = p => p["until"] = "2026-11-25T09:30:00.000Z"),
        ["a new key that did not sign its rotation"] = ("V03", log => log.More.Add(("key-rotation", "statement", made => new JsonObject
        {
            ["role"] = "root", ["old"] = null, ["new"] = new JsonObject { ["kid"] = (string)made.Key("stranger", "root")["kid"]!, ["publicKey"] = (string)made.Key("stranger", "root")["publicKey"]! },
            ["overlapUntil"] = null, ["proof"] = "MAYCAQECAQE=", ["compromise"] = null,
        }, ["new"]))),
        ["a statement of a type that nobody knows"] = ("V02", log => log.More.Add(("permission", "statement", _ => new JsonObject { ["scope"] = "all" }, ["scope"]))),
        ["another head key in the genesis"] = ("V06", log => log.Change[0] = p => p["headKey"] = Obstat.Proof.Notes.NoteSigner.FromSeed(MadeLog.Origin, new byte[32]).VerifierKey.ToString()),
        ["an older head of another history"] = ("V08", log => (log.Older, log.Forked) = (5, true)),
        ["two roots of one size"] = ("V08", log => (log.Older, log.Forked) = (7, true)),
        ["claims changed after the decision"] = ("V09", log => log.Later = claims => claims["aud"] = "urn:execution:server:other"),
        ["a permit that names another entry"] = ("V09", log => log.Later = claims => claims["led"]!["i"] = 6),
        ["a permit that names another leaf"] = ("V09", log => log.Later = claims => claims["led"]!["h"] = new string('A', 43)),
        ["a permit that names another log"] = ("V09", log => log.Later = claims => claims["led"]!["o"] = "t-8.made.obstat.internal"),
        ["a permit signed by the statement key"] = ("V09", log => log.PermitSigner = "statement"),
        ["a permit of another kind of token"] = ("V09", log => log.PermitHeader = "{\"alg\":\"ES256\",\"kid\":\"KID\",\"typ\":\"at+jwt\"}"),
        ["a permit without a signature algorithm"] = ("V09", log => log.PermitHeader = "{\"alg\":\"none\",\"kid\":\"KID\",\"typ\":\"execution-permit+jwt\"}"),
        ["a permit with a header member more"] = ("V09", log => log.PermitHeader = "{\"alg\":\"ES256\",\"crit\":[],\"kid\":\"KID\",\"typ\":\"execution-permit+jwt\"}"),
        ["a permit with an unknown claim"] = ("V09", log => log.Claims = claims => claims["scope"] = "all"),
        ["a permit that lives 31 seconds"] = ("V09", log => log.Claims = claims => claims["iat"] = 1795426199),
        ["a permit of other times"] = ("V09", log => log.Claims = claims => claims["exp"] = 1795426229),
        ["a permit for two holders"] = ("V09", log => log.Claims = claims => claims["cnf"]!["x5t#S256"] = new string('A', 43)),
        ["a permit for nobody in particular"] = ("V09", log => log.Claims = claims => claims["cnf"] = new JsonObject()),
        ["a permit with an empty actor"] = ("V09", log => log.Claims = claims => claims["act"] = new JsonObject()),
        ["a permit for two places"] = ("V09", log => log.Claims = claims => claims["authorization_details"]![0]!["locations"] = new JsonArray("a", "b")),
        ["a permit for another door"] = ("V09", log => log.Claims = claims => claims["ep"]!["id"] = "other"),
        ["a permit for another action"] = ("V09", log => log.Claims = claims => claims["authorization_details"]![0]!["actions"]![0] = "mcp.list"),
        ["a permit for two actions"] = ("V09", log => log.Claims = claims => claims["authorization_details"]![0]!["actions"] = new JsonArray("mcp.tools/call", "mcp.list")),
        ["a permit under another snapshot"] = ("V09", log => log.Claims = claims => claims["pol"]!["h"] = new string('A', 43)),
        ["a permit of another execution"] = ("V09", log => log.Claims = claims => claims["exe"] = "AAAAAAAAAAAAAAAAAAAAAA"),
        ["an outcome of a decision that it misquotes"] = ("V10", log => log.Change[5] = p => p["decision"]!["statement"] = new string('0', 64)),
        ["an outcome of another permit"] = ("V10", log => log.Change[5] = p => p["jti"] = "BBBBBBBBBBBBBBBBBBBBBg"),
        ["an outcome before its decision"] = ("V10", log => log.Change[5] = p => p["decision"]!["index"] = 6),
        ["an outcome of what is no decision"] = ("V10", log => log.Change[5] = p => p["decision"] = log.Decided(3)),
        ["a number said twice"] = ("V11", log => log.Change[6] = p => p["ep"]!["seq"] = 1),
        ["a chain that begins twice"] = ("V11", log => log.Change[6] = p => p["ep"]!["prev"] = null),
        ["a chain that joins a wrong entry"] = ("V11", log => log.Change[6] = p => p["ep"]!["prev"] = log.StatementDigest(5)),
        ["coverage of fewer asks than there are"] = ("V11", log => log.Count(p => (p["asks"], p["reports"]) = (1, 2))),
        ["coverage of fewer reports than there are"] = ("V11", log => log.Count(p => (p["asks"], p["reports"]) = (3, 0))),
        ["coverage whose sums are not its numbers"] = ("V11", log => log.Count(p => p["asks"] = 3)),
        ["coverage of more effects than there are"] = ("V11", log => log.Count(p => p["effects"] = 2)),
        ["coverage that names an ended execution as open"] = ("V11", log => log.Count(p => p["open"] = new JsonArray(MadeLog.Jti))),
        ["coverage that is not the last, though it says so"] = ("V11", log =>
        {
            log.Count();
            log.Count(p => (p["ep"], p["throughSeq"], p["reports"]) = (MadeLog.Ep(5, log.StatementDigest(7)), 4, 2));
        }),
        ["coverage with numbers above its own"] = ("V02", log => log.Count(p => (p["throughSeq"], p["asks"]) = (4, 3))),
        ["coverage that is out of order"] = ("V02", log => log.Count(p => p["open"] = new JsonArray("CCCCCCCCCCCCCCCCCCCCCA", "CCCCCCCCCCCCCCCCCCCCAA"))),
        ["coverage with a member less"] = ("V02", log => log.Count(p => p.Remove("final"))),
        ["coverage signed by the plane"] = ("V03", log =>
        {
            log.Count();
            log.Signer[7] = "statement";
        }),
        ["a permit for another action than the opened one"] = ("V12", log => log.Claims = claims => claims["authorization_details"]![0]!["act_hash"] = new string('A', 43)),
        ["an opened text that was not sealed"] = ("V12", log => log.Opened = "{\"action\":{},\"salt\":\"DDDDDDDDDDDDDDDDDDDDDA\"}"),
        ["a snapshot that is not the digest of its parts"] = ("V02", log => log.Change[3] = p => p["snapshot"]!["trust"] = new string('0', 64)),
        ["a lift by one person"] = ("V02", log => log.More.Add(("halt", "statement", _ => MadeLog.Halt("tool", "a"), ["scope"]))),
        ["a lift whose two people are one"] = ("V02", log => log.More.Add(("halt", "statement", _ => MadeLog.Halt("tool", "a", "a"), ["scope"]))),
        ["a halt of what nobody knows"] = ("V02", log => log.More.Add(("halt", "statement", _ => MadeLog.Halt("planet"), ["scope"]))),
        ["a halt by the enforcement point"] = ("V03", log => log.More.Add(("halt", "report", _ => MadeLog.Halt("all"), ["scope"]))),
        ["a revocation with a member more"] = ("V02", log => log.More.Add(("revocation", "statement", _ => new JsonObject(MadeLog.Revocation("tool").Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone()))) { ["until"] = null }, ["target"]))),
        ["a lease that ended for no reason"] = ("V02", log => log.More.Add(("lease", "statement", _ => MadeLog.Lease("lost", null), ["leases"]))),
        ["a lease that was opened with a reason to end"] = ("V02", log => log.More.Add(("lease", "statement", _ => MadeLog.Lease("opened", "Revoked"), ["leases"]))),
        ["a permit released while everything was halted"] = ("V15", log =>
        {
            log.More.Add(("halt", "statement", _ => MadeLog.Halt("all"), ["scope"]));
            log.PermitAgain(released: true);
        }),
        ["a permit released after everything was revoked, and a lift that lifts no revocation"] = ("V15", log =>
        {
            log.More.Add(("revocation", "statement", _ => MadeLog.Revocation("all"), ["target"]));
            log.More.Add(("halt", "statement", _ => MadeLog.Halt("all", "a", "b"), ["scope"]));
            log.PermitAgain(released: true);
        }),
        ["a part read that the snapshot does not have"] = ("V13", log => log.Change[4] = p => p["read"]!["law"] = new string('0', 64)),
    };

    public static TheoryData<string> Names() => [.. Lies.Keys];

    [Fact]
    public async Task The_log_without_a_lie_is_verified_with_its_permit_and_an_older_head()
    {
        using var log = new MadeLog { Older = 5 };
        await using var page = await viewer.OpenAsync();
        Assert.Equal("VERIFIED", await page.JudgeAsync(log.LogKey, ("bundle.zip", log.Write())));
        foreach (var check in new[] { "V08", "V09", "V10", "V11", "V12", "V13", "V15", "V16" })
        {
            Assert.Equal("verified", await page.StatusAsync(check));
        }

        Assert.Contains("was refused mcp.tools/call: NotPermitted", await page.Page.InnerTextAsync("#verdict"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_door_that_counted_right_and_closed_is_complete_and_closed()
    {
        using var log = new MadeLog();
        log.Count();
        await using var page = await viewer.OpenAsync();
        Assert.Equal("VERIFIED", await page.JudgeAsync(log.LogKey, ("bundle.zip", log.Write())));
        Assert.Contains("complete from 1 to 4, closed", await page.Page.InnerTextAsync("body"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_lie_under_genuine_signatures_fails_the_check_that_it_breaks(string lie)
    {
        var (checks, tell) = Lies[lie];
        using var log = new MadeLog();
        tell(log);
        var page = await kept.OpenAsync();
        Assert.Equal("FAILED", await page.JudgeAsync(log.LogKey, ("bundle.zip", log.Write())));
        Assert.Equal(checks, await page.FailedAsync());
    }

    [Fact]
    public async Task A_permit_without_the_entry_that_announces_its_key_is_not_verified()
    {
        using var log = new MadeLog { Only = [0, 2, 3, 4, 5] };
        await using var page = await viewer.OpenAsync();
        Assert.Equal("INCOMPLETE", await page.JudgeAsync(log.LogKey, ("bundle.zip", log.Write())));
        Assert.Equal("not checked", await page.StatusAsync("V09"));
    }

    [Fact]
    public async Task A_permit_that_no_decision_of_the_bundle_fixes_fails()
    {
        using var log = new MadeLog { Only = [0, 1, 2, 3, 6] };
        await using var page = await viewer.OpenAsync();
        Assert.Equal("FAILED", await page.JudgeAsync(log.LogKey, ("bundle.zip", log.Write())));
        Assert.Equal("V09", await page.FailedAsync());
    }

    [Fact]
    public async Task An_older_head_without_its_consistency_proof_is_not_verified()
    {
        using var log = new MadeLog { Older = 5, Files = files => Assert.True(files.Remove("consistency/5-7")) };
        await using var page = await viewer.OpenAsync();
        Assert.Equal("INCOMPLETE", await page.JudgeAsync(log.LogKey, ("bundle.zip", log.Write())));
        Assert.Equal("not checked", await page.StatusAsync("V08"));
    }

    [Fact]
    public async Task A_permit_that_is_no_token_fails_and_says_what_it_is()
    {
        using var log = new MadeLog { Files = files => files[$"permits/{MadeLog.Jti}.jwt"] = Encoding.UTF8.GetBytes("e30.e30") };
        await using var page = await viewer.OpenAsync();
        Assert.Equal("FAILED", await page.JudgeAsync(log.LogKey, ("bundle.zip", log.Write())));
        Assert.Contains("not a compact JWS", await page.Page.InnerTextAsync("#verdict"), StringComparison.Ordinal);
    }
}
