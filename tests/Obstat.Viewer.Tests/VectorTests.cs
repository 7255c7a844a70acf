using System.Text.Json.Nodes;
using Obstat.Tests;

namespace Obstat.Viewer.Tests;

/// <summary>The browser's primitives against the data of others: the same files that the C# verifier is held against.</summary>
public sealed class VectorTests(ViewerPage viewer) : IClassFixture<ViewerPage>
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
}
