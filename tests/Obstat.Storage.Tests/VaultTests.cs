using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Storage.Vaults;

namespace Obstat.Storage.Tests;

public sealed class VaultTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("obstat-vault-").FullName;
    private readonly byte[] _key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Vault Open(byte[]? key = null, string origin = "t-1.aaaaaaaaaa.obstat.internal") => Vault.Open(_folder, origin, key ?? _key);

    private static (string, JsonValue) Action(string value) => ("action", JsonValue.Of(value));

    [Fact]
    public void What_was_sealed_opens_after_a_restart()
    {
        using var first = Open();
        var (reference, blob) = first.Seal("User::alice", Noon, "request", Action("secret"));
        first.Dispose();
        using var vault = Open();
        Assert.True(vault.TryOpen(reference, blob.Bytes.Span, out var plain));
        Assert.Equal(reference.Plain, Digest.Of(plain));
        Assert.Contains("\"action\":\"secret\"", System.Text.Encoding.UTF8.GetString(plain), StringComparison.Ordinal);
    }

    [Fact]
    public void One_person_has_one_key_a_month()
    {
        using var vault = Open();
        var scopes = new[] { ("a", Noon), ("a", Noon), ("b", Noon), ("a", Noon.AddMonths(1)) }.Select(x => vault.Seal(x.Item1, x.Item2, "request", Action("x")).Reference.Scope).ToArray();
        Assert.Equal(scopes[0], scopes[1]);
        Assert.Equal(3, scopes.Distinct().Count());
    }

    [Fact]
    public void The_same_content_is_sealed_under_another_salt_each_time()
    {
        using var vault = Open();
        var (first, second) = (vault.Seal("a", Noon, "request", Action("x")).Reference, vault.Seal("a", Noon, "request", Action("x")).Reference);
        Assert.NotEqual(first.Plain, second.Plain);
        Assert.NotEqual(first.Cipher, second.Cipher);
    }

    [Fact]
    public void A_blob_opens_for_its_role_its_log_and_its_bytes_alone()
    {
        using var vault = Open();
        var (reference, blob) = vault.Seal("a", Noon, "request", Action("x"));
        Assert.False(vault.TryOpen(reference with { Role = "response" }, blob.Bytes.Span, out _));
        Assert.False(vault.TryOpen(reference with { Plain = default }, blob.Bytes.Span, out _));
        Assert.False(vault.TryOpen(reference with { Scope = new string('0', 32) }, blob.Bytes.Span, out _));
        var bytes = blob.Bytes.ToArray();
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            bytes[i / 8] ^= (byte)(1 << (i % 8));
            Assert.False(vault.TryOpen(reference, bytes, out _));
            Assert.False(vault.TryOpen(reference with { Cipher = Digest.Of(bytes) }, bytes, out _));
            bytes[i / 8] ^= (byte)(1 << (i % 8));
        }

        vault.Dispose();
        using var other = Open(origin: "t-2.aaaaaaaaaa.obstat.internal");
        Assert.False(other.TryOpen(reference, blob.Bytes.Span, out _));
    }

    [Fact]
    public void Another_tenant_key_does_not_open_the_vault()
    {
        Open().Dispose();
        _ = Assert.Throws<LedgerUnavailableException>(() => Open(new byte[32]));
    }

    [Fact]
    public void A_pseudonym_stays_and_tells_nothing_of_the_name()
    {
        string first;
        using (var vault = Open())
        {
            first = vault.Pseudonym("User::alice");
            Assert.NotEqual(first, vault.Pseudonym("User::bob"));
        }

        using var again = Open();
        Assert.Equal(first, again.Pseudonym("User::alice"));
        Assert.Matches("^p-[A-Za-z0-9_-]{22}$", first);
    }

    [Fact]
    public void The_pepper_stays()
    {
        byte[] first;
        using (var vault = Open())
        {
            first = vault.Pepper.ToArray();
        }

        using var again = Open();
        Assert.Equal(32, first.Length);
        Assert.Equal(first, again.Pepper.ToArray());
    }
}
