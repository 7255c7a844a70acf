using System.Text.Json.Nodes;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>The browser's primitives against the data of others: the same files that the C# verifier is held against.</summary>
public sealed class VectorTests(ViewerPage viewer)
{
    [Fact]
    public async Task Ed25519_accepts_exactly_what_the_library_of_the_plane_accepts()
    {
        var cases = JsonNode.Parse(Vectors.Bytes("evidence/cctv/ed25519vectors.json.gz"))!.ToJsonString();
        var expected = File.ReadAllLines(Vectors.Shared("evidence/cctv/accepted-by-nsec.txt")).Select(int.Parse);
        await using var page = await viewer.OpenAsync();
        Assert.Equal(expected, await page.Page.EvaluateAsync<int[]>(
            """
            async text => {
              const bytes = value => Uint8Array.from(value.match(/../g) ?? [], pair => parseInt(pair, 16));
              const accepted = [];
              for (const one of JSON.parse(text)) {
                if (await obstat.verifyEd25519(bytes(one.key), obstat.utf8(one.msg), bytes(one.sig))) accepted.push(one.number);
              }
              return accepted;
            }
            """,
            cases));
    }

    [Fact]
    public async Task Ed25519_of_Wycheproof_is_judged_as_it_says()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("[]", await page.Page.EvaluateAsync<string>(
            """
            async text => {
              const bytes = value => Uint8Array.from(value.match(/../g) ?? [], pair => parseInt(pair, 16));
              const wrong = [];
              for (const group of JSON.parse(text).testGroups) {
                for (const one of group.tests) {
                  if (await obstat.verifyEd25519(bytes(group.publicKey.pk), bytes(one.msg), bytes(one.sig)) !== (one.result === 'valid')) wrong.push([one.tcId, one.result, one.comment]);
                }
              }
              return JSON.stringify(wrong);
            }
            """,
            JsonNode.Parse(Vectors.Bytes("evidence/wycheproof/ed25519_test.json.gz"))!.ToJsonString()));
    }

    [Fact]
    public async Task P256_of_Wycheproof_is_judged_as_it_says()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("[]", await page.Page.EvaluateAsync<string>(
            """
            async text => {
              const bytes = value => Uint8Array.from(value.match(/../g) ?? [], pair => parseInt(pair, 16));
              const wrong = [];
              for (const group of JSON.parse(text).testGroups) {
                for (const one of group.tests) {
                  let accepted = false;
                  try {
                    accepted = await obstat.verifyP256(bytes(group.publicKeyDer), bytes(one.msg), obstat.derToRaw(bytes(one.sig), 'signature'));
                  } catch { }
                  if (accepted !== (one.result === 'valid')) wrong.push([one.tcId, one.result, one.comment]);
                }
              }
              return JSON.stringify(wrong);
            }
            """,
            JsonNode.Parse(Vectors.Bytes("evidence/wycheproof/ecdsa_secp256r1_sha256_test.json.gz"))!.ToJsonString()));
    }

    [Theory]
    [InlineData("inclusion", 49)]
    [InlineData("consistency", 43)]
    public async Task Merkle_proofs_are_judged_as_their_tables_say(string kind, int count)
    {
        await using var page = await viewer.OpenAsync();
        var lines = File.ReadAllLines(Vectors.Shared($"evidence/merkle/{kind}.jsonl"));
        Assert.Equal(count, lines.Length);
        Assert.Equal("[]", await page.Page.EvaluateAsync<string>(
            """
            ({ lines, kind }) => {
              const bytes = value => obstat.fromBase64(value ?? '', 'value');
              const wrong = [];
              for (const line of lines) {
                const big = name => BigInt(new RegExp('"' + name + '": ?([0-9]+)').exec(line)?.[1] ?? 0);
                const one = JSON.parse(line);
                const path = (one.proof ?? []).map(bytes);
                let accepted = true;
                try {
                  if (kind === 'inclusion') obstat.checkInclusion(bytes(one.leafHash), big('leafIdx'), big('treeSize'), path, bytes(one.root));
                  else obstat.checkConsistency(big('size1'), big('size2'), path, bytes(one.root1), bytes(one.root2));
                } catch { accepted = false; }
                if (accepted !== !one.wantErr) wrong.push([one.name, one.desc, accepted]);
              }
              return JSON.stringify(wrong);
            }
            """,
            new { lines, kind }));
    }

    [Fact]
    public async Task The_reference_tree_has_the_published_hashes_and_each_root_contains_exactly_its_leaves()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("[]", await page.Page.EvaluateAsync<string>(
            """
            text => {
              const tree = JSON.parse(text);
              const bytes = value => Uint8Array.from(value.match(/../g) ?? [], pair => parseInt(pair, 16));
              const hex = value => [...value].map(one => one.toString(16).padStart(2, '0')).join('');
              const wrong = [];
              const leaves = tree.leafInputsHex.map(input => obstat.leafHash(bytes(input)));
              if (leaves.map(hex).join() !== tree.nodeHashesHex[0].join()) wrong.push('leaves');
              const split = count => { let half = 1; while (half * 2 < count) half *= 2; return half; };
              const node = (first, count) => count === 1 ? leaves[first] : bytes(tree.nodeHashesHex[Math.log2(count)]?.[first / count] ?? '');
              const inclusion = (at, first, count) => { // RFC 6962 section 2.1.1, as it stands there
                if (count === 1) return [];
                const half = split(count);
                return at < half ? [...inclusion(at, first, half), rootOf(first + half, count - half)] : [...inclusion(at - half, first + half, count - half), rootOf(first, half)];
              };
              const rootOf = (first, count) => first === 0 ? bytes(tree.rootHashesFromSize1Hex[count - 1])
                : (count & (count - 1)) === 0 ? node(first, count) : null;
              for (let size = 1; size <= leaves.length; size++) {
                const root = bytes(tree.rootHashesFromSize1Hex[size - 1]);
                for (let index = 0; index < size; index++) {
                  const path = inclusion(index, 0, size);
                  if (path.some(step => step === null)) continue; // a subtree whose hash is not published
                  try { obstat.checkInclusion(leaves[index], BigInt(index), BigInt(size), path, root); } catch (fault) { wrong.push([size, index, fault.message]); }
                  for (const other of tree.rootHashesFromSize1Hex.filter((_, i) => i + 1 !== size)) {
                    try { obstat.checkInclusion(leaves[index], BigInt(index), BigInt(size), path, bytes(other)); wrong.push([size, index, other]); } catch { }
                  }
                }
              }
              return JSON.stringify(wrong);
            }
            """,
            System.Text.Encoding.UTF8.GetString(Vectors.Bytes("evidence/merkle/rfc6962-reference-tree.json"))));
    }

    [Fact]
    public async Task The_strict_reader_takes_and_refuses_what_the_intake_table_says()
    {
        await using var page = await viewer.OpenAsync();
        Assert.Equal("[]", await page.Page.EvaluateAsync<string>(
            """
            text => {
              const wrong = [];
              const table = JSON.parse(text);
              for (const expected of ['accept', 'refuse']) {
                for (const one of table[expected]) {
                  let written = null;
                  try { written = obstat.canonical(obstat.parseJson(obstat.fromBase64(one.bytes, 'bytes'), 'case', false)); } catch { }
                  const wanted = one.canonical === undefined ? null : new TextDecoder().decode(obstat.fromBase64(one.canonical, 'canonical'));
                  if (written !== wanted) wrong.push([expected, one.name, written]);
                }
              }
              return JSON.stringify(wrong);
            }
            """,
            JsonNode.Parse(Vectors.Bytes("identity/jcs/strict-intake.json"))!.ToJsonString()));
    }

    [Fact]
    public async Task The_example_note_of_the_specification_verifies_and_no_changed_byte_of_it_does()
    {
        await using var page = await viewer.OpenAsync();
        var accepted = await page.Page.EvaluateAsync<int>(
            """
            async ({ note, vkey }) => {
              const bytes = obstat.fromBase64(note, 'note');
              const key = obstat.parseVkey(vkey.trim());
              const verifies = async candidate => {
                try {
                  const parsed = obstat.parseNote(candidate, 'note');
                  const mine = parsed.signatures.find(line => line.name === key.name && line.id === key.id);
                  return mine !== undefined && await obstat.verifyEd25519(key.key, obstat.utf8(parsed.signed), mine.bytes);
                } catch { return false; }
              };
              let accepted = await verifies(bytes) ? 1 : 0;
              for (let bit = 0; bit < bytes.length * 8; bit++) {
                bytes[bit >> 3] ^= 1 << (bit & 7);
                accepted += await verifies(bytes) ? 100 : 0;
                bytes[bit >> 3] ^= 1 << (bit & 7);
              }
              return accepted;
            }
            """,
            new { note = Convert.ToBase64String(Vectors.Bytes("evidence/c2sp/note-example.note")), vkey = File.ReadAllText(Vectors.Shared("evidence/c2sp/note-example.vkey")) });
        Assert.Equal(1, accepted);
    }

    [Fact]
    public async Task The_example_of_DSSE_is_encoded_and_verified_as_it_says()
    {
        await using var page = await viewer.OpenAsync();
        var example = JsonNode.Parse(Vectors.Bytes("evidence/dsse/helloworld.json"))!;
        byte[] Number(string name) => System.Numerics.BigInteger.Parse((string)example["key"]![name]!, System.Globalization.CultureInfo.InvariantCulture).ToByteArray(isUnsigned: true, isBigEndian: true);
        using var key = System.Security.Cryptography.ECDsa.Create(new System.Security.Cryptography.ECParameters
        {
            Curve = System.Security.Cryptography.ECCurve.NamedCurves.nistP256, Q = new() { X = [.. new byte[32 - Number("x").Length], .. Number("x")], Y = [.. new byte[32 - Number("y").Length], .. Number("y")] },
        });
        Assert.Equal("true true false", await page.Page.EvaluateAsync<string>(
            """
            async ({ type, payload, pae, spki, sig }) => {
              const made = obstat.preAuthentication(type, obstat.utf8(payload));
              const raw = obstat.fromBase64(sig, 'signature');
              const good = await obstat.verifyP256(obstat.fromBase64(spki, 'key'), made, raw);
              raw[5] ^= 1;
              return `${new TextDecoder().decode(made) === pae} ${good} ${await obstat.verifyP256(obstat.fromBase64(spki, 'key'), made, raw)}`;
            }
            """,
            new
            {
                type = (string)example["payloadType"]!, payload = (string)example["payload"]!, pae = (string)example["pae"]!, spki = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
                sig = (string)example["envelope"]!["signatures"]![0]!["sig"]!,
            }));
    }

    [Fact]
    public async Task Every_head_entry_and_pair_of_sizes_of_the_log_that_Tessera_made_is_proven()
    {
        await using var page = await viewer.OpenAsync();
        var nodes = Proof.Merkle.Tile.Nodes(14, _ => Vectors.Bytes("evidence/tessera/tile/0/000.p/14"));
        Assert.True(Proof.Merkle.EntryBundle.TryParse(Vectors.Bytes("evidence/tessera/tile/entries/000.p/14"), 14, out var entries));
        string[] Text(IEnumerable<Proof.Digest> path) => [.. path.Select(h => Convert.ToBase64String(h.ToArray()))];
        var sizes = Enumerable.Range(1, 7).Select(i => 2 * i).ToArray();
        var inclusions = sizes.SelectMany(size => Enumerable.Range(0, size).Select(index => new { size, index, leaf = Convert.ToBase64String(entries[index].Span), path = Text(Proof.Merkle.InclusionProof.Make(index, size, nodes)) })).ToArray();
        var pairs = sizes.SelectMany(newer => sizes.Where(older => older <= newer).Select(older => new { older, newer, path = Text(Proof.Merkle.ConsistencyProof.Make(older, newer, nodes)) })).ToArray();
        Assert.Equal("[]", await page.Page.EvaluateAsync<string>(
            """
            async ({ vkey, notes, inclusions, pairs }) => {
              const wrong = [];
              const bytes = value => obstat.fromBase64(value, 'value');
              const key = obstat.parseVkey(vkey);
              const roots = {};
              for (const [size, text] of Object.entries(notes)) {
                const note = obstat.parseNote(obstat.utf8(text), 'checkpoint');
                const line = note.signatures.find(s => s.name === key.name && s.id === key.id);
                if (!line || !await obstat.verifyEd25519(key.key, obstat.utf8(note.signed), line.bytes)) wrong.push(size);
                const lines = note.signed.split('\n');
                if (lines[0] !== key.name || lines[1] !== size) wrong.push([size, lines]);
                roots[size] = bytes(lines[2]);
              }
              const refuses = body => { try { body(); return false; } catch { return true; } };
              for (const one of inclusions) {
                const check = (index, leaf) => obstat.checkInclusion(obstat.leafHash(leaf), BigInt(index), BigInt(one.size), one.path.map(bytes), roots[one.size]);
                const changed = bytes(one.leaf); changed[0] ^= 1;
                if (refuses(() => check(one.index, bytes(one.leaf))) || !refuses(() => check(one.index, changed)) || !refuses(() => check(one.size, bytes(one.leaf)))) wrong.push(one);
              }
              for (const one of pairs) {
                if (refuses(() => obstat.checkConsistency(BigInt(one.older), BigInt(one.newer), one.path.map(bytes), roots[one.older], roots[one.newer]))) wrong.push(one);
              }
              return JSON.stringify(wrong);
            }
            """,
            new
            {
                vkey = File.ReadAllText(Vectors.Shared("evidence/tessera/vkey")).Trim(),
                notes = sizes.ToDictionary(size => size.ToString(System.Globalization.CultureInfo.InvariantCulture), size => System.Text.Encoding.UTF8.GetString(Vectors.Bytes($"evidence/tessera/checkpoint.{size}"))),
                inclusions, pairs,
            }));
    }
}
