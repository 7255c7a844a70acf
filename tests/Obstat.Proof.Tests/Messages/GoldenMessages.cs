using System.Text;
using System.Text.Json;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Messages;

/// <summary>
/// The golden files of vectors/messages: one file a message, with bodies that every implementation reads and writes alike and texts that each must refuse.
/// With OBSTAT_WRITE_DOCS=1 they are written from <see cref="Examples"/>; otherwise they are only read.
/// </summary>
public class GoldenMessages
{
    private const string Boot = "tvVHtgX3cLY1otWzlqnGUg";
    private const string Id = "kPz0T1mJ0m2hU0mS5yqgXw";
    private const string Hex = "c4f1f2d0af779d35d320b73c3dee0058eb2f6672e75e0cef7d9649ca4c64cde3";
    private const string Url = "nAA-5PaaJetJj7xAucEP51wgKbkJ_3gncmKvhaRVTwQ";
    private const string JwkReport = """{"crv":"P-256","kty":"EC","x":"92pDgGDk3i6oYTHczhXIVd5n12oD4ojdtTEbMmAGPSo","y":"zgDiVMGcOvHVVGvaZDWP8x41Io6ZP-7oOuVPEFykSFI"}""";
    private const string JwkInstance = """{"crv":"P-256","kty":"EC","x":"PKInS7Fl_8vWEEL5Dv9OiGyJVo4xpJSoYKQ455BFNgk","y":"dNIWeqxOcMTCyFkBEABNHHeF8ipkALDA1A2jRGP0GtA"}""";
    private const string Receipt = """{"v":1,"note":"n","index":1,"path":[],"leaf":"","statement":""}""";
    private const string Action = """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"tools/call","name":"transfer","arguments":{"amount":900.5,"to":"acct-9"},"tool_hash":"nAA-5PaaJetJj7xAucEP51wgKbkJ_3gncmKvhaRVTwQ","cred":null}""";

    /// <summary>For each message its accepted bodies, and refused ones beside those that <see cref="Mutations"/> makes of the first.</summary>
    private static readonly (string Message, string[] Accepted, string[] Refused)[] Examples =
    [
        ("registration",
            [
                $$"""{"v":1,"id":"gw-1","kind":"gateway","boot":"{{Boot}}","keys":{"report":{{JwkReport}},"instance":{{JwkInstance}}},"build":"{{Hex}}","config":"{{Hex}}","formats":{"permit":[1],"lease":[1],"order":[1],"receipt":[1]},"obligations":["redact.arguments"],"previous":{"boot":"{{Id}}","last_seq":41},"open":[{"exe":"{{Id}}","took_us":12}],"secret":"c2VjcmV0","iat":1795392000,"jti":"{{Id}}"}""",
                $$"""{"v":1,"id":"gw-1","kind":"gateway","boot":"{{Boot}}","keys":{"report":{{JwkReport}},"instance":{{JwkInstance}}},"build":"{{Hex}}","config":"{{Hex}}","formats":{"permit":[1,2],"lease":[1],"order":[1],"receipt":[1]},"obligations":[],"previous":null,"open":[],"secret":null,"iat":1795392000,"jti":"{{Id}}"}""",
            ],
            [
                $$"""{"v":1,"id":"gw 1","kind":"gateway","boot":"{{Boot}}","keys":{"report":{{JwkReport}},"instance":{{JwkInstance}}},"build":"{{Hex}}","config":"{{Hex}}","formats":{"permit":[1],"lease":[1],"order":[1],"receipt":[1]},"obligations":[],"previous":null,"open":[],"secret":null,"iat":1795392000,"jti":"{{Id}}"}""",
                $$"""{"v":1,"id":"gw-1","kind":"gateway","boot":"{{Boot}}","keys":{"report":{{JwkReport}},"instance":{{JwkInstance}},"permit":{{JwkInstance}}},"build":"{{Hex}}","config":"{{Hex}}","formats":{"permit":[1],"lease":[1],"order":[1],"receipt":[1]},"obligations":[],"previous":null,"open":[],"secret":null,"iat":1795392000,"jti":"{{Id}}"}""",
                $$"""{"v":1,"id":"gw-1","kind":"gateway","boot":"{{Boot}}","keys":{"report":{{JwkReport}},"instance":{{JwkInstance}}},"build":"{{Hex}}","config":"{{Hex}}","formats":{"permit":[2,1],"lease":[1],"order":[1],"receipt":[1]},"obligations":[],"previous":null,"open":[],"secret":null,"iat":1795392000,"jti":"{{Id}}"}""",
            ]),
        ("register-request",
            ["""{"v":1,"registration":"e30.e30.AA","seen":0,"origin":"t-1.demo"}""", """{"v":1,"registration":"e30.e30.AA","seen":16384,"origin":"t-1.demo"}"""],
            ["""{"v":1,"registration":"e30.e30.AA","seen":-1,"origin":"t-1.demo"}""", """{"v":1,"registration":"e30.e30.AA","seen":"0","origin":"t-1.demo"}""", """{"v":1,"registration":"e30.e30.AA","seen":0,"origin":null}"""]),
        ("register-answer",
            [
                $$"""{"v":1,"index":1,"receipt":{{Receipt}},"consistency":["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],"formats":{"permit":1,"lease":1,"order":1,"receipt":1},"key_set":"e30.e30.AA","head_key":"t-1.demo+802875c6+AXD2","rotation":{{Receipt}},"snapshot":"{{Hex}}","epoch":1,"orders_head":0,"limits":{"ask_ms":250,"silence_ms":10000} }""",
                $$"""{"v":1,"index":1,"receipt":{{Receipt}},"consistency":[],"formats":{"permit":1,"lease":1,"order":1,"receipt":1},"key_set":"e30.e30.AA","head_key":"t-1.demo+802875c6+AXD2","rotation":null,"snapshot":"{{Hex}}","epoch":1,"orders_head":0,"limits":{"ask_ms":250,"silence_ms":10000} }""",
            ],
            [
                $$"""{"v":1,"index":1,"receipt":{{Receipt}},"consistency":[],"formats":{"permit":1,"lease":1,"order":1,"receipt":1},"key_set":"e30.e30.AA","head_key":"t-1.demo+802875c6+AXD2","rotation":null,"snapshot":"{{Hex}}","epoch":1,"orders_head":0,"limits":{"ask_ms":250,"silence_ms":10000,"more":1} }""",
                $$"""{"v":1,"index":1,"receipt":{{Receipt}},"consistency":["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"],"formats":{"permit":1,"lease":1,"order":1,"receipt":1},"key_set":"e30.e30.AA","head_key":"t-1.demo+802875c6+AXD2","rotation":null,"snapshot":"{{Hex}}","epoch":1,"orders_head":0,"limits":{"ask_ms":250,"silence_ms":10000} }""",
                $$"""{"v":1,"index":1,"receipt":{{Receipt}},"consistency":["AA=="],"formats":{"permit":1,"lease":1,"order":1,"receipt":1},"key_set":"e30.e30.AA","head_key":"t-1.demo+802875c6+AXD2","rotation":null,"snapshot":"{{Hex}}","epoch":1,"orders_head":0,"limits":{"ask_ms":250,"silence_ms":10000} }""",
            ]),
        ("ask",
            [
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":7},"action":{{Action}},"task":null,"assertions":[{"kind":"run-token","value":"e30.e30.AA"}],"delegation":null,"session":"s-1","parent":null,"aud":"urn:execution:server:payments","cnf":{"jkt":"{{Url}}"},"use":"instance","mode":"once","facts":{"peer_uid":1000},"trace":null,"deadline_ms":250}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":8},"action":{{Action}},"task":null,"assertions":[],"delegation":null,"session":null,"parent":null,"aud":"urn:execution:server:payments","cnf":{"jkt":"{{Url}}"},"use":"instance","mode":"once","facts":{},"trace":null,"deadline_ms":250}""",
            ],
            [
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":0},"action":{{Action}},"task":null,"assertions":[],"delegation":null,"session":null,"parent":null,"aud":"urn:execution:server:payments","cnf":{"jkt":"{{Url}}"},"use":"instance","mode":"once","facts":{},"trace":null,"deadline_ms":250}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":8},"action":null,"task":null,"assertions":[],"delegation":null,"session":null,"parent":null,"aud":"urn:execution:server:payments","cnf":{"jkt":"{{Url}}"},"use":"instance","mode":"once","facts":{},"trace":null,"deadline_ms":250}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":8},"action":{{Action}},"task":null,"assertions":[{"kind":"agent-id","value":"me"}],"delegation":null,"session":null,"parent":null,"aud":"urn:execution:server:payments","cnf":{"jkt":"{{Url}}"},"use":"instance","mode":"once","facts":{},"trace":null,"deadline_ms":250}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":8},"action":{{Action}},"task":null,"assertions":[],"delegation":null,"session":null,"parent":null,"aud":"urn:execution:server:payments","cnf":{"jkt":"{{Url}}"},"use":"any","mode":"once","facts":{},"trace":null,"deadline_ms":250}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":8},"action":{{Action}},"task":null,"assertions":[],"delegation":null,"session":null,"parent":null,"aud":"urn:execution:server:payments","cnf":{"jkt":"{{Url}}"},"use":"instance","mode":"once","facts":{},"trace":null,"deadline_ms":0}""",
            ]),
        ("answer",
            [
                $$"""{"v":1,"decision":"allow","exe":"{{Id}}","entry":4711,"permit":"e30.e30.AA","receipt":{{Receipt}},"lease":null,"visible":["transfer"]}""",
                $$"""{"v":1,"decision":"deny","reason":"NotPermitted","entry":4712,"receipt":{{Receipt}},"retry":"changed","retry_after_ms":null,"task":null,"hint":"Transfers above 1000 are made by people in finance.","visible":["transfer"]}""",
                """{"v":1,"decision":"deny","reason":"LedgerUnavailable","entry":null,"receipt":null,"retry":"after","retry_after_ms":1000,"task":null,"hint":null,"visible":[]}""",
            ],
            [
                """{"v":1,"decision":"true","reason":"NotPermitted","entry":null,"receipt":null,"retry":"after","retry_after_ms":1000,"task":null,"hint":null,"visible":[]}""",
                """{"v":1,"decision":"deny","reason":"Undecided","entry":null,"receipt":null,"retry":"after","retry_after_ms":1000,"task":null,"hint":null,"visible":[]}""",
                """{"v":1,"decision":"deny","reason":"NotPermitted","entry":4712,"receipt":null,"retry":"changed","retry_after_ms":null,"task":null,"hint":null,"visible":[]}""",
                $$"""{"v":1,"decision":"allow","reason":"NotPermitted","exe":"{{Id}}","entry":4711,"permit":"e30.e30.AA","receipt":{{Receipt}},"lease":null,"visible":["transfer"]}""",
                """{"decision":true}""",
                "{}",
            ]),
        ("entry", ["""{"v":1,"entry":4713}"""], ["""{"v":1,"entry":-1}""", """{"v":1,"entry":"4713"}""", """{"v":1,"entry":1.5}"""]),
        ("refusal", ["""{"v":1,"reason":"Malformed"}"""], ["""{"v":1,"reason":"malformed"}""", """{"v":1,"reason":"Allowed"}"""]),
        ("refusals",
            [$$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":20},"ranges":[[3,18],[20,20]],"counts":{"Malformed":15,"UnknownAction":2},"samples":["{{Hex}}"]}"""],
            [
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":20},"ranges":[[3,18],[20,20]],"counts":{"Malformed":15,"UnknownAction":1},"samples":[]}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":21},"ranges":[[3,18],[20,20]],"counts":{"Malformed":17},"samples":[]}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":18},"ranges":[[3,18],[10,20]],"counts":{"Malformed":27},"samples":[]}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":18},"ranges":[],"counts":{},"samples":[]}""",
                $$"""{"v":1,"ep":{"id":"gw-1","boot":"{{Boot}}","seq":3},"ranges":[[3,3]],"counts":{"Undecided":1},"samples":[]}""",
            ]),
        ("nonce-request", ["""{"v":1}"""], ["{}", "[]", """{"v":1}{"v":1}""", """{"v":1,"v":1}""", """{"v":1.0}x"""]),
        ("nonce", [$$"""{"v":1,"nonce":"{{Id}}","aud":"urn:execution:plane:t-1.demo"}"""], ["""{"v":1,"nonce":"kPz0T1mJ0m2hU0mS5yqgXx","aud":"urn:execution:plane:t-1.demo"}"""]),
        ("run-token-request", ["""{"v":1,"proof":"e30.e30.AA"}"""], []),
        ("run-token", ["""{"v":1,"token":"e30.e30.AA","exp":1795395600}"""], []),
        ("action",
            [
                Action,
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"tools/call","name":"invented","tool_hash":null,"cred":"bank"}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"files","method":"resources/read","uri":"file:///a","cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"files","method":"tools/list","cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"files","method":"initialize","arguments":{"capabilities":{},"protocolVersion":"2025-11-25"},"cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"files","method":"completion/complete","name":"p","arguments":{"argument":{"name":"a","value":"b"}},"cred":null}""",
            ],
            [
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"tools/call","name":"transfer","cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"tools/list","name":"transfer","cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"tasks/get","cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"ping","cred":null}""",
                """{"v":1,"kind":"http","method":"GET","cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"tools/call","name":"transfer","arguments":[],"tool_hash":null,"cred":null}""",
                """{"v":1,"kind":"mcp","rev":"2025-11-25","server":"payments","method":"resources/read","uri":"a","tool_hash":null,"cred":null}""",
            ]),
    ];

    [Fact]
    public void Golden_files_exist_for_every_message()
    {
        if (Environment.GetEnvironmentVariable("OBSTAT_WRITE_DOCS") == "1")
        {
            WriteAll();
        }

        Assert.Equal(Examples.Select(e => e.Message + ".json").Order(), Directory.GetFiles(Vectors.Own("messages")).Select(f => Path.GetFileName(f)).Order());
    }

    public static TheoryData<string> Messages => [.. Examples.Select(e => e.Message)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Accepted_bodies_read_and_write_back_and_refused_ones_refuse(string message)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Vectors.Own($"messages/{message}.json")));
        Assert.Equal(["accepted", "message", "refused"], golden.RootElement.EnumerateObject().Select(p => p.Name).Order());
        var accepted = golden.RootElement.GetProperty("accepted").EnumerateArray().ToList();
        var refused = golden.RootElement.GetProperty("refused").EnumerateArray().Select(t => t.GetString()!).ToList();
        Assert.NotEmpty(accepted);
        Assert.True(refused.Count > 5);
        Assert.All(accepted, body => Assert.Equal(Canonical(body.GetRawText()), RoundTrip(message, Encoding.UTF8.GetBytes(body.GetRawText()))));
        Assert.All(refused, text => Assert.Null(RoundTrip(message, Encoding.UTF8.GetBytes(text))));
    }

    private static string Canonical(string text) => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var error) ? value.ToString() : throw new InvalidDataException(error.ToString());

    /// <summary>What the codec writes of what it read; null where it refuses.</summary>
    private static string? RoundTrip(string message, byte[] body) => message switch
    {
        "registration" => StrictJson.TryParse(body, out var claims, out _) && PointRegistration.TryRead(claims, out var read, out _) ? read.ToClaims().ToString() : null,
        "action" => StrictJson.TryParse(body, out var action, out _) && CanonicalAction.TryParse(action, out var read, out _) ? read.Json.ToString() : null,
        "register-request" => Again<RegisterRequest>(body),
        "register-answer" => Again<RegisterAnswer>(body),
        "ask" => Again<AskRequest>(body),
        "answer" => Again<AskAnswer>(body),
        "entry" => Again<EntryAnswer>(body),
        "refusal" => Again<RefusalAnswer>(body),
        "refusals" => Again<RefusalsReport>(body),
        "nonce-request" => Again<NonceRequest>(body),
        "nonce" => Again<NonceAnswer>(body),
        "run-token-request" => Again<RunTokenRequest>(body),
        "run-token" => Again<RunTokenAnswer>(body),
        _ => throw new InvalidDataException($"no codec for {message}"),
    };

    private static string? Again<T>(byte[] body)
        where T : class, IPlaneMessage<T> => PlaneMessage.TryRead<T>(body, out var read, out _) ? Encoding.UTF8.GetString(PlaneMessage.Write(read)) : null;

    private static void WriteAll()
    {
        foreach (var (message, accepted, refused) in Examples)
        {
            var mutations = Mutations(message, Canonical(accepted[0]));
            var text = new StringBuilder("{\n  \"message\": ").Append(Quote(message)).Append(",\n  \"accepted\": [\n    ")
                .AppendJoin(",\n    ", accepted).Append("\n  ],\n  \"refused\": [\n    ").AppendJoin(",\n    ", refused.Concat(mutations).Select(Quote)).Append("\n  ]\n}\n");
            File.WriteAllText(Vectors.Own($"messages/{message}.json"), text.ToString());
        }
    }

    /// <summary>The body without each of its members, with one that nobody knows, with each of the wrong kind, of another version, behind a BOM, and with something after it.</summary>
    private static IEnumerable<string> Mutations(string message, string canonical)
    {
        Assert.True(StrictJson.TryParse(Encoding.UTF8.GetBytes(canonical), out var body, out _));
        foreach (var member in body.Members)
        {
            // An action has members that may be absent.
            if (!(message == "action" && member.Name == "arguments"))
            {
                yield return body.Without(member.Name).ToString();
            }

            yield return body.With(member.Name, JsonValue.Array(JsonValue.True)).ToString();
        }

        yield return body.With("unknown", JsonValue.Null).ToString();
        yield return body.With("v", JsonValue.Of(2)).ToString();
        yield return body.With("v", JsonValue.Of("1")).ToString();
        yield return "\uFEFF" + canonical;
        yield return canonical + " {}";
        yield return canonical[..^1];
        yield return "null";
        yield return "";
    }

    private static string Quote(string text) => JsonValue.Of(text).ToString().Replace("\uFEFF", "\\ufeff", StringComparison.Ordinal);
}
