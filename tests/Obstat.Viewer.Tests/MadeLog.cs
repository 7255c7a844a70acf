using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Obstat.Proof.Notes;

namespace Obstat.Viewer.Tests;

/// <summary>
/// A small log with keys of this test, so that it can lie in any place and still sign: genesis, key set, enforcement point, activation, a permitted and closed call, a denial.
/// Statements, leaves, tree, permit and container are written here and nowhere else; of the product only the Ed25519 signature of the head is used.
/// </summary>
internal sealed class MadeLog : IDisposable
{
    public const string Origin = "t-9.made.obstat.internal";
    public const string Boot = "AAAAAAAAAAAAAAAAAAAAAA";
    public const string Jti = "BBBBBBBBBBBBBBBBBBBBBA";
    private const string Execution = "CCCCCCCCCCCCCCCCCCCCCA";
    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, ECDsa> _keys = new[] { "first", "root", "statement", "permit", "report", "stranger" }.ToDictionary(name => name, _ => ECDsa.Create(ECCurve.NamedCurves.nistP256), StringComparer.Ordinal);
    private readonly NoteSigner _head = NoteSigner.FromSeed(Origin, SHA256.HashData("made log"u8));
    private readonly NoteSigner _next = NoteSigner.FromSeed(Origin, SHA256.HashData("made log, the next head key"u8));
    private readonly List<(byte[] Statement, byte[] Signature, byte[] Leaf)> _entries = [];
    private int _rotated = int.MaxValue; // index of the entry that announces the next head key
    private int _ended = int.MaxValue;

    /// <summary>Changes the predicate of an entry before it is signed.</summary>
    public Dictionary<int, Action<JsonObject>> Change { get; } = [];

    /// <summary>Signs an entry with another key than its own.</summary>
    public Dictionary<int, string> Signer { get; } = [];

    /// <summary>Entries after the seven.</summary>
    public List<(string Type, string Signer, Func<MadeLog, JsonObject> Make, string[] Subjects)> More { get; } = [];

    /// <summary>Changes the permit's claims, before their digest is taken.</summary>
    public Action<JsonObject>? Claims { get; set; }

    /// <summary>Changes the permit's claims after the decision fixed them.</summary>
    public Action<JsonObject>? Later { get; set; }

    public string PermitSigner { get; set; } = "permit";

    public string PermitHeader { get; set; } = "{\"alg\":\"ES256\",\"kid\":\"KID\",\"typ\":\"execution-permit+jwt\"}";

    /// <summary>What the opened request says instead.</summary>
    public string? Opened { get; set; }

    public Action<SortedDictionary<string, byte[]>>? Files { get; set; }

    /// <summary>Size of an older head that the bundle brings too; 0: none.</summary>
    public int Older { get; set; }

    /// <summary>Whether the older head is of another history.</summary>
    public bool Forked { get; set; }

    /// <summary>The entries that the bundle holds; all unless told.</summary>
    public int[]? Only { get; set; }

    public string LogKey => _head.VerifierKey.ToString();

    /// <summary>The head key that <see cref="Rotate"/> announces.</summary>
    public string NextKey => _next.VerifierKey.ToString();

    /// <summary>Whether the old head key signs on after its end.</summary>
    public bool OldSignsOn { get; set; }

    /// <summary>Adds the entry that announces another head key: from it on heads have both lines.</summary>
    public void Rotate(bool isProven = true)
    {
        _rotated = 7 + More.Count;
        More.Add(("key-rotation", "statement", made =>
        {
            var rotation = new JsonObject
            {
                ["role"] = "checkpoint", ["old"] = new JsonObject { ["vkey"] = LogKey }, ["new"] = new JsonObject { ["vkey"] = NextKey, ["publicKey"] = Convert.ToBase64String(_next.VerifierKey.ToSpki()) },
                ["overlapUntil"] = $"2026-11-23T09:30:{_rotated:00}.500Z", ["compromise"] = null,
            };
            var proven = (JsonObject)rotation.DeepClone();
            Common(proven, plane: true, time: _rotated);
            rotation["proof"] = Convert.ToBase64String((isProven ? _next : _head).Sign(Pae(Canonical(proven))).Bytes.Span);
            return rotation;
        }, ["old", "new"]));
    }

    /// <summary>Adds the entry that ends the old head key: from it on heads have the line of the next one alone.</summary>
    public void EndOverlap()
    {
        _ended = 7 + More.Count;
        More.Add(("key-rotation", "statement", _ => new JsonObject
        {
            ["role"] = "checkpoint", ["old"] = new JsonObject { ["vkey"] = LogKey }, ["new"] = null, ["overlapUntil"] = null, ["proof"] = null, ["compromise"] = null,
        }, ["old"]));
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }

        _head.Dispose();
        _next.Dispose();
    }

    public string StatementDigest(int index) => Hex(_entries[index].Statement);

    public JsonObject Decided(int index) => new() { ["index"] = index, ["statement"] = StatementDigest(index) };

    public static JsonObject Ep(int seq, string? prev, string boot = Boot) => new() { ["id"] = "gw", ["boot"] = boot, ["seq"] = seq, ["prev"] = prev };

    public JsonObject Key(string name, string role) => new() { ["kid"] = Kid(name), ["publicKey"] = Convert.ToBase64String(Spki(name)), ["role"] = role };

    /// <summary>A stop of some scope: a halt, or the lift of one by these keys.</summary>
    public static JsonObject Halt(string kind, params string[] lifters) => new()
    {
        ["event"] = lifters.Length == 0 ? "halt" : "lift", ["scope"] = Target(kind), ["by"] = "op-1", ["approvals"] = new JsonArray([.. lifters.Select(kid => (JsonNode)kid)]),
    };

    public static JsonObject Revocation(string kind) => new() { ["target"] = Target(kind), ["from"] = "2026-11-23T09:30:07.000Z", ["reason"] = "stolen", ["by"] = "op-1", ["order"] = "FFFFFFFFFFFFFFFFFFFFFA" };

    public static JsonObject Lease(string happened, string? code) => new()
    {
        ["events"] = new JsonArray(new JsonObject { ["jti"] = Jti, ["lease"] = "GGGGGGGGGGGGGGGGGGGGGA", ["event"] = happened, ["until"] = code is null ? null : "2026-11-23T09:30:20.000Z", ["code"] = code, ["budgets"] = new JsonArray() }),
        ["renewals"] = null,
    };

    /// <summary>Adds what the door says that it said, changed as a lie wants it.</summary>
    public void Count(Action<JsonObject>? lie = null) => More.Add(("coverage", "report", made =>
    {
        var coverage = new JsonObject { ["ep"] = Ep(4, made.StatementDigest(5)), ["throughSeq"] = 3, ["asks"] = 2, ["reports"] = 1, ["effects"] = 1, ["open"] = new JsonArray(), ["final"] = true };
        lie?.Invoke(coverage);
        return coverage;
    }, ["ep"]));

    private static JsonObject Target(string kind) => new() { ["kind"] = kind, ["match"] = new string('b', 64) };

    /// <summary>Adds a second allow after what <see cref="More"/> holds, and, where its permit was released, the outcome that shows it.</summary>
    public void PermitAgain(bool released)
    {
        const string Second = "BBBBBBBBBBBBBBBBBBBBBg";
        var at = 7 + More.Count;
        More.Add(("decision", "statement", made =>
        {
            var again = Members((JsonObject)JsonNode.Parse(made._entries[4].Statement)!["predicate"]!);
            again["ep"] = Ep(4, made.StatementDigest(6));
            again["permit"]!["jti"] = Second;
            return again;
        }, ["request"]));
        if (released)
        {
            More.Add(("outcome", "report", made =>
            {
                var outcome = Members((JsonObject)JsonNode.Parse(made._entries[5].Statement)!["predicate"]!);
                (outcome["ep"], outcome["decision"], outcome["jti"]) = (Ep(5, made.StatementDigest(5)), made.Decided(at), Second);
                return outcome;
            }, ["decision"]));
        }
    }

    public JsonObject KeySet(params (string Name, string Role)[] keys)
    {
        var set = new JsonObject
        {
            ["keys"] = new JsonArray([.. keys.Select(key => (JsonNode)Key(key.Name, key.Role))]),
            ["from"] = "2026-11-23T09:30:00.000Z",
            ["until"] = "2026-11-24T09:30:00.000Z",
            ["root"] = Kid("root"),
        };
        var proven = (JsonObject)set.DeepClone();
        Common(proven, plane: true, time: 1);
        set["proof"] = Convert.ToBase64String(Sign("root", Pae(Canonical(proven))));
        return set;
    }

    public byte[] Write()
    {
        var request = Encoding.UTF8.GetBytes("{\"action\":{\"arguments\":{\"amount\":900.5},\"kind\":\"mcp\",\"method\":\"tools/call\",\"name\":\"transfer\",\"server\":\"payments\",\"v\":1},\"salt\":\"DDDDDDDDDDDDDDDDDDDDDA\"}");
        var snapshot = new JsonObject
        {
            ["directory"] = Hex("d"u8.ToArray()), ["trust"] = Hex("t"u8.ToArray()), ["revocations"] = Hex("r"u8.ToArray()),
            ["law"] = new JsonObject { ["policies"] = Hex("p"u8.ToArray()), ["schema"] = Hex("s"u8.ToArray()), ["entities"] = Hex("e"u8.ToArray()) },
        };
        var law = Hex(Canonical(snapshot["law"]!));
        var parts = (JsonObject)snapshot.DeepClone();
        parts["law"] = law;
        var digest = Hex(Canonical(parts));
        snapshot["digest"] = digest;

        Add("genesis", "first", new JsonObject
        {
            ["format"] = 1, ["leaf"] = "hashedrekord-0.0.2", ["headKey"] = LogKey, ["statementKeys"] = new JsonArray(Key("first", "statement"), Key("root", "root")),
            ["cause"] = "first", ["state"] = Hex("state"u8.ToArray()), ["predecessor"] = null,
        }, p => [("origin", Hex(Encoding.UTF8.GetBytes(Origin)))]);
        Add("key-set", "statement", KeySet(("statement", "statement"), ("permit", "permit")), p => [("set", Hex(Canonical(Members(p))))]);
        Add("enforcement-point", "statement", new JsonObject
        {
            ["ep"] = new JsonObject { ["id"] = "gw", ["boot"] = Boot }, ["kind"] = "gateway", ["kid"] = Kid("report"), ["publicKey"] = Convert.ToBase64String(Spki("report")), ["build"] = Hex("b"u8.ToArray()),
            ["formats"] = new JsonObject { ["permit"] = new JsonArray(1), ["lease"] = new JsonArray(1), ["order"] = new JsonArray(1), ["receipt"] = new JsonArray(1) }, ["previous"] = null,
        }, p => [("key", Hex(Spki("report")))]);
        Add("policy-activation", "statement", new JsonObject
        {
            ["snapshot"] = snapshot, ["previous"] = null, ["changed"] = new JsonArray("directory", "law", "revocations", "trust"), ["by"] = "operator", ["approvals"] = new JsonArray(),
            ["source"] = new JsonObject { ["name"] = "policies", ["seq"] = null, ["digest"] = null }, ["expires"] = null,
        }, p => [("snapshot", (string)p["snapshot"]!["digest"]!)]);

        var claims = new JsonObject
        {
            ["v"] = 1, ["iss"] = "urn:execution:plane:" + Origin, ["aud"] = "urn:execution:server:payments", ["iat"] = 1795426200, ["nbf"] = 1795426200, ["exp"] = 1795426230, ["jti"] = Jti,
            ["sub"] = "Agent::local:uid:1000", ["client_id"] = "agent", ["cnf"] = new JsonObject { ["jkt"] = Kid("report") }, ["use"] = "instance", ["ep"] = new JsonObject { ["id"] = "gw", ["boot"] = Boot },
            ["authorization_details"] = new JsonArray(new JsonObject
            {
                ["type"] = "urn:execution:action:1", ["actions"] = new JsonArray("mcp.tools/call"), ["locations"] = new JsonArray("urn:execution:server:payments"), ["identifier"] = "transfer",
                ["act_alg"] = "jcs+sha-256", ["act_hash"] = Url(SHA256.HashData(Canonical(JsonNode.Parse(request)!["action"]!))), ["mode"] = "once",
            }),
            ["txn"] = Execution, ["exe"] = Execution, ["req_wl"] = "urn:execution:point:gw", ["pol"] = new JsonObject { ["h"] = Url(Convert.FromHexString(digest)) },
        };
        Claims?.Invoke(claims);
        var read = new JsonObject { ["law"] = law, ["directory"] = (string)snapshot["directory"]!, ["trust"] = (string)snapshot["trust"]!, ["revocations"] = (string)snapshot["revocations"]!, ["session"] = null };
        JsonObject Decision(int seq, string? prev, bool allow) => new()
        {
            ["ep"] = Ep(seq, prev), ["request"] = new JsonObject { ["action"] = "mcp.tools/call", ["class"] = "pay", ["execution"] = Execution, ["root"] = Execution, ["parent"] = null }, ["snapshot"] = digest,
            ["read"] = read.DeepClone(), ["engine"] = new JsonObject { ["name"] = "e", ["semantics"] = "4", ["build"] = Hex("b"u8.ToArray()) },
            ["identity"] = new JsonObject { ["state"] = "verified", ["principal"] = "p-1", ["chain"] = new JsonArray() }, ["decision"] = allow ? "allow" : "deny", ["reason"] = allow ? null : "NotPermitted",
            ["policies"] = allow ? new JsonArray("pay-small") : [], ["errors"] = new JsonArray(), ["approvals"] = new JsonArray(), ["budgets"] = new JsonArray(),
            ["permit"] = allow ? new JsonObject { ["jti"] = Jti, ["claims"] = Hex(Canonical(claims)), ["notBefore"] = 1795426200, ["notAfter"] = 1795426230, ["use"] = "instance", ["mode"] = "once", ["lease"] = null } : null,
            ["trace"] = null, ["witnessed"] = null, ["canary"] = null,
            ["sealed"] = new JsonArray(new JsonObject { ["role"] = "request", ["scope"] = new string('a', 32), ["cipher"] = Hex([1]), ["plain"] = Hex(request), ["size"] = 10 }),
        };
        Add("decision", "statement", Decision(1, null, allow: true), p => [("request", Hex(request))]);
        Add("outcome", "report", new JsonObject
        {
            ["ep"] = Ep(2, null), ["decision"] = Decided(4), ["jti"] = Jti, ["result"] = "succeeded", ["code"] = null, ["started"] = null, ["ended"] = "2026-11-23T09:30:06.000Z",
            ["effects"] = new JsonObject { ["calls"] = 1, ["bytesIn"] = 1, ["bytesOut"] = 1 }, ["usage"] = new JsonArray(), ["stop"] = null, ["sealed"] = new JsonArray(),
        }, p => [("decision", (string)p["decision"]!["statement"]!)]);
        Add("decision", "statement", Decision(3, StatementDigest(4), allow: false), p => [("request", Hex(request))]);
        foreach (var (type, signer, make, subjects) in More)
        {
            var made = make(this);
            Add(type, signer, made, p => [.. subjects.Select(name => (name, name switch
            {
                "decision" => (string)p["decision"]!["statement"]!,
                "set" or "leases" => Hex(Canonical(Members(p))),
                "request" => (string)p["sealed"]![0]!["plain"]!,
                _ => Hex(Canonical(p[name]!)),
            }))]);
        }

        var leaves = _entries.Select(entry => SHA256.HashData([0, .. entry.Leaf])).ToList();
        var indexes = Only ?? [.. Enumerable.Range(0, _entries.Count)];
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var index in indexes)
        {
            var (statement, signature, leaf) = _entries[index];
            files[$"entries/{index}.statement.json"] = statement;
            files[$"entries/{index}.leaf"] = leaf;
            files[$"entries/{index}.dsse.json"] = Canonical(new JsonObject
            {
                ["payload"] = Convert.ToBase64String(statement), ["payloadType"] = "application/vnd.in-toto+json",
                ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(signature) }),
            });
            files[$"entries/{index}.tlog-proof"] = [.. Encoding.UTF8.GetBytes($"c2sp.org/tlog-proof@v1\nindex {index}\n{string.Concat(Path(leaves, index).Select(hash => Convert.ToBase64String(hash) + "\n"))}\n"), .. Head(leaves)];
        }

        if (Older > 0)
        {
            var old = Forked ? [.. leaves.Take(Older - 1), new byte[32]] : leaves.Take(Older).ToList();
            files[$"checkpoints/{Older}"] = Head(old);
            if (Older < leaves.Count)
            {
                files[$"consistency/{Older}-{leaves.Count}"] = Encoding.UTF8.GetBytes(string.Concat(Consistency(leaves, Older, complete: true).Select(hash => Convert.ToBase64String(hash) + "\n")));
            }
        }

        claims["led"] = new JsonObject { ["o"] = Origin, ["i"] = 4, ["h"] = Url(leaves[4]) };
        Later?.Invoke(claims);
        var signed = $"{Url(Encoding.UTF8.GetBytes(PermitHeader.Replace("KID", Kid(PermitSigner), StringComparison.Ordinal)))}.{Url(Canonical(claims))}";
        files[$"permits/{Jti}.jwt"] = Encoding.UTF8.GetBytes($"{signed}.{Url(_keys[PermitSigner].SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256))}");
        var opened = Opened is null ? request : Encoding.UTF8.GetBytes(Opened);
        files[$"blobs/{Hex(request)}.json"] = opened;
        Files?.Invoke(files);
        var manifest = new JsonObject
        {
            ["created"] = indexes.Max(index => (string)JsonNode.Parse(_entries[index].Statement)!["predicate"]!["time"]!), ["entries"] = new JsonArray([.. indexes.Select(index => (JsonNode)index)]), ["erased"] = new JsonArray(),
            ["files"] = new JsonObject(files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)Hex(file.Value)))), ["format"] = "execution-evidence/1", ["origin"] = Origin,
        };
        files["manifest.json"] = Canonical(manifest);
        return OwnBundle.Zip(files);
    }

    private void Add(string type, string signer, JsonObject predicate, Func<JsonObject, (string Name, string Digest)[]> subjects)
    {
        var index = _entries.Count;
        Common(predicate, plane: type is not ("outcome" or "coverage"), time: index);
        Change.GetValueOrDefault(index)?.Invoke(predicate);
        var statement = Canonical(new JsonObject
        {
            ["_type"] = "https://in-toto.io/Statement/v1", ["predicateType"] = $"https://execution.example/evidence/{type}/v1", ["predicate"] = predicate,
            ["subject"] = new JsonArray([.. subjects(predicate).Select(subject => (JsonNode)new JsonObject { ["name"] = subject.Name, ["digest"] = new JsonObject { ["sha256"] = subject.Digest } })]),
        });
        var name = Signer.GetValueOrDefault(index, signer);
        var signature = Sign(name, Pae(statement));
        var leaf = $"{{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{{\"hashedRekordV002\":{{\"data\":{{\"algorithm\":\"SHA2_256\",\"digest\":\"{Convert.ToBase64String(SHA256.HashData(Pae(statement)))}\"}},"
            + $"\"signature\":{{\"content\":\"{Convert.ToBase64String(signature)}\",\"verifier\":{{\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",\"publicKey\":{{\"rawBytes\":\"{Convert.ToBase64String(Spki(name))}\"}}}}}}}}}}}}";
        _entries.Add((statement, signature, Encoding.UTF8.GetBytes(leaf)));
    }

    private static void Common(JsonObject predicate, bool plane, int time)
    {
        predicate["nonce"] = "EEEEEEEEEEEEEEEEEEEEEA";
        predicate["origin"] = Origin;
        predicate["time"] = $"2026-11-23T09:30:{time:00}.000Z";
        predicate["clock"] = new JsonObject { ["source"] = "ntp", ["maxErrorMs"] = 20 };
        if (plane)
        {
            predicate["plane"] = new JsonObject { ["instance"] = "i", ["epoch"] = 1 };
        }
    }

    private static JsonObject Members(JsonObject predicate)
        => new(predicate.Where(member => member.Key is not ("nonce" or "origin" or "time" or "clock" or "plane")).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));

    private byte[] Head(List<byte[]> leaves)
    {
        var text = $"{Origin}\n{leaves.Count}\n{Convert.ToBase64String(Root(leaves))}\n";
        NoteSigner[] signers = [.. leaves.Count <= _ended || OldSignsOn ? [_head] : Array.Empty<NoteSigner>(), .. leaves.Count > _rotated ? [_next] : Array.Empty<NoteSigner>()];
        return SignedNote.Of(text, [.. signers.Select(s => s.Sign(Encoding.UTF8.GetBytes(text)))]).Bytes.ToArray();
    }

    // The recursions of RFC 6962 section 2.1, as they stand there.
    private static int Split(int count)
    {
        var split = 1;
        while (split * 2 < count)
        {
            split *= 2;
        }

        return split;
    }

    private static byte[] Root(List<byte[]> leaves)
    {
        var split = Split(leaves.Count);
        return leaves.Count == 1 ? leaves[0] : SHA256.HashData([1, .. Root(leaves[..split]), .. Root(leaves[split..])]);
    }

    private static List<byte[]> Path(List<byte[]> leaves, int index)
    {
        var split = Split(leaves.Count);
        return leaves.Count == 1 ? []
            : index < split ? [.. Path(leaves[..split], index), Root(leaves[split..])]
            : [.. Path(leaves[split..], index - split), Root(leaves[..split])];
    }

    private static List<byte[]> Consistency(List<byte[]> leaves, int old, bool complete)
    {
        var split = Split(leaves.Count);
        return old == leaves.Count ? complete ? [] : [Root(leaves)]
            : old <= split ? [.. Consistency(leaves[..split], old, complete), Root(leaves[split..])]
            : [.. Consistency(leaves[split..], old - split, complete: false), Root(leaves[..split])];
    }

    private byte[] Sign(string key, byte[] message) => _keys[key].SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private byte[] Spki(string key) => _keys[key].ExportSubjectPublicKeyInfo();

    private string Kid(string key)
    {
        var point = _keys[key].ExportParameters(false).Q;
        return Url(SHA256.HashData(Encoding.UTF8.GetBytes($"{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{Url(point.X!)}\",\"y\":\"{Url(point.Y!)}\"}}")));
    }

    private static byte[] Pae(byte[] body) => [.. Encoding.UTF8.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {body.Length} "), .. body];

    /// <summary>RFC 8785, for the plain texts and small numbers of tests.</summary>
    public static byte[] Canonical(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(Sorted(node), Plain);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Sorted(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
