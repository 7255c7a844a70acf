using System.Text.Json;
using Obstat.Proof.Notes;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Notes;

public sealed class Ed25519Tests
{
    [Fact]
    public void Every_valid_signature_of_the_wycheproof_set_verifies_and_every_other_does_not()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("evidence/wycheproof/ed25519_test.json.gz"));
        var seen = 0;
        foreach (var group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var key = Hex(group.GetProperty("publicKey"), "pk");
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                Assert.Equal(test.GetProperty("result").GetString() == "valid", Verifies(key, Hex(test, "msg"), Hex(test, "sig")));
                seen++;
            }
        }

        Assert.Equal(151, seen);
    }

    [Fact]
    public void Of_the_914_edge_cases_exactly_the_pinned_43_are_accepted()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("evidence/cctv/ed25519vectors.json.gz"));
        var accepted = file.RootElement.EnumerateArray()
            .Where(t => Verifies(Hex(t, "key"), System.Text.Encoding.UTF8.GetBytes(t.GetProperty("msg").GetString()!), Hex(t, "sig")))
            .Select(t => t.GetProperty("number").GetInt32())
            .ToArray();
        Assert.Equal(914, file.RootElement.GetArrayLength());
        Assert.Equal(File.ReadAllLines(Vectors.Shared("evidence/cctv/accepted-by-nsec.txt")).Select(int.Parse), accepted);
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);

    private static bool Verifies(byte[] key, byte[] message, byte[] signature)
        => VerifierKey.TryCreate("k", NoteKeyType.Ed25519, key, out var verifier) && verifier.Verifies(message, signature, out _);
}
