using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Vaults;

/// <summary>
/// What makes sealed blobs readable and pseudonyms names: data keys by person and calendar month, wrapped by the tenant key; random pseudonyms; the pepper. The only mutable store: what is destroyed here
/// is erased everywhere, so it has its own file and its own rule for backups. A key is durable before the blob that it sealed can be. Safe for concurrent use.
/// </summary>
public sealed class Vault : IDisposable
{
    /// <summary>Bytes of the tenant key.</summary>
    public const int TenantKeyLength = 32;

    private const long UsesMax = 1 << 24;   // blobs under one key: beyond it random nonces may meet
    private const long UsesBlock = 1 << 12; // taken at once, so that counting costs no sync per blob
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int SecretLength = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Person, string Month), DataKey> _current = [];
    private readonly Dictionary<string, byte[]> _opened = new(StringComparer.Ordinal); // by scope, hex
    private readonly Dictionary<string, string> _pseudonyms = new(StringComparer.Ordinal);
    private readonly SqliteConnection _connection;
    private readonly string _origin;
    private readonly byte[] _tenantKey;
    private readonly byte[] _pepper;

    private Vault(SqliteConnection connection, string origin, ReadOnlySpan<byte> tenantKey)
    {
        (_connection, _origin, _tenantKey) = (connection, origin, tenantKey.ToArray());
        _pepper = Secret("pepper");
    }

    /// <summary>
    /// Opens <c>vault.db</c> of a ledger's folder, or begins it. Call after the ledger is open: its lock guards the folder.
    /// Throws <see cref="LedgerUnavailableException"/>, also for another tenant key.
    /// </summary>
    /// <param name="folder">The folder of the ledger.</param>
    /// <param name="origin">Name of the log: it is authenticated with every blob.</param>
    /// <param name="tenantKey">32 bytes. Whoever has them and the file can read what was sealed.</param>
    public static Vault Open(string folder, string origin, ReadOnlySpan<byte> tenantKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tenantKey.Length, TenantKeyLength, nameof(tenantKey));
        var path = Path.Combine(folder, "vault.db");
        SqliteConnection? connection = null;
        try
        {
            connection = Database.OpenWriter(path, erases: true);
            Schema.Prepare(connection, path, Schema.Vault);
            return new Vault(connection, origin, tenantKey);
        }
        catch (Exception e) when (e is SqliteException or IOException or CryptographicException or ArgumentException)
        {
            connection?.Dispose();
            throw new LedgerUnavailableException($"{path}: {e.Message}", e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Key of the digests that must survive the erasure of whom they name: 32 bytes.</summary>
    public ReadOnlyMemory<byte> Pepper => _pepper;

    /// <summary>The pseudonym of a name, the same each time, made at random when it is first asked for and durable on return: <c>p-</c> and 22 characters.</summary>
    public string Pseudonym(string name)
    {
        lock (_lock)
        {
            if (_pseudonyms.TryGetValue(name, out var known))
            {
                return known;
            }

            using var find = Database.Prepare(_connection, "SELECT pseudonym FROM pseudonym WHERE name = $1", 1);
            find.Parameters[0].Value = name;
            if (find.ExecuteScalar() is not string pseudonym)
            {
                pseudonym = "p-" + Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
                using var insert = Database.Prepare(_connection, "INSERT INTO pseudonym(name, pseudonym) VALUES($1, $2)", 2);
                (insert.Parameters[0].Value, insert.Parameters[1].Value) = (name, pseudonym);
                _ = insert.ExecuteNonQuery();
            }

            return _pseudonyms[name] = pseudonym;
        }
    }

    /// <summary>The pseudonym of a name that has one; null for one that was never asked about, for which none is made.</summary>
    public string? FindPseudonym(string name)
    {
        lock (_lock)
        {
            if (_pseudonyms.TryGetValue(name, out var known))
            {
                return known;
            }

            using var find = Database.Prepare(_connection, "SELECT pseudonym FROM pseudonym WHERE name = $1", 1);
            find.Parameters[0].Value = name;
            return find.ExecuteScalar() as string;
        }
    }

    /// <summary>
    /// Seals the members of a role under a fresh salt and the person's data key of the month. Throws for a role or members that are none, and for a blob beyond 1 MiB.
    /// </summary>
    /// <param name="person">Whose data it is: a person or a workload. Erasing is by this name.</param>
    /// <param name="now">UTC: its month chooses the key.</param>
    /// <param name="role">One of <see cref="SealedContent.Roles"/>.</param>
    /// <param name="members">What the role has.</param>
    public (SealedReference Reference, StoredBlob Blob) Seal(string person, DateTimeOffset now, string role, params (string Name, JsonValue Value)[] members)
    {
        var plain = SealedContent.Of(role, RandomNumberGenerator.GetBytes(16), members).Value.ToCanonicalBytes();
        var key = Take(person, now.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture));
        var blob = SealedBlob.Seal(key.Key, RandomNumberGenerator.GetBytes(SealedBlob.NonceLength), key.Scope, _origin, role, plain);
        var reference = SealedBlob.Reference(role, blob, plain);
        return (reference, new(reference.Cipher, blob));
    }

    /// <summary>Opens a blob that a statement names. False: its key is gone, or the bytes are not those that were sealed.</summary>
    public bool TryOpen(SealedReference reference, ReadOnlySpan<byte> blob, out byte[] plain)
    {
        ArgumentNullException.ThrowIfNull(reference);
        plain = [];
        if (Digest.Of(blob) != reference.Cipher
            || !SealedBlob.TryScope(blob, out var scope)
            || Convert.ToHexStringLower(scope) != reference.Scope
            || Key(scope) is not { } key
            || !SealedBlob.TryOpen(key, _origin, reference.Role, blob, out var opened)
            || Digest.Of(opened) != reference.Plain)
        {
            return false;
        }

        plain = opened;
        return true;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_tenantKey);
        _connection.Dispose();
    }

    private DataKey Take(string person, string month)
    {
        lock (_lock)
        {
            if (_current.TryGetValue((person, month), out var current) && current.Left > 0)
            {
                current.Left--;
                return current;
            }

            return _current[(person, month)] = Reserve(person, month);
        }
    }

    /// <summary>Counts a block of uses before the first of them: a crash loses some, and never counts one too few.</summary>
    private DataKey Reserve(string person, string month)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        using var find = Database.Prepare(_connection, "SELECT scope FROM dataKey WHERE person = $1 AND month = $2 AND uses <= $3 LIMIT 1", 3);
        (find.Parameters[0].Value, find.Parameters[1].Value, find.Parameters[2].Value) = (person, month, UsesMax - UsesBlock);
        if (find.ExecuteScalar() is not byte[] scope)
        {
            scope = RandomNumberGenerator.GetBytes(SealedBlob.ScopeLength);
            using var insert = Database.Prepare(_connection, "INSERT INTO dataKey(scope, person, month, wrapped, uses) VALUES($1, $2, $3, $4, 0)", 4);
            (insert.Parameters[0].Value, insert.Parameters[1].Value, insert.Parameters[2].Value) = (scope, person, month);
            insert.Parameters[3].Value = Wrap(RandomNumberGenerator.GetBytes(SealedBlob.KeyLength), scope);
            _ = insert.ExecuteNonQuery();
        }

        using var count = Database.Prepare(_connection, "UPDATE dataKey SET uses = uses + $1 WHERE scope = $2", 2);
        (count.Parameters[0].Value, count.Parameters[1].Value) = (UsesBlock, scope);
        _ = count.ExecuteNonQuery();
        transaction.Commit();
        return new(scope, Key(scope) ?? throw new LedgerUnavailableException("vault.db: expected a data key")) { Left = UsesBlock - 1 };
    }

    private byte[]? Key(ReadOnlySpan<byte> scope)
    {
        var name = Convert.ToHexStringLower(scope);
        var bytes = scope.ToArray();
        lock (_lock)
        {
            if (_opened.TryGetValue(name, out var known))
            {
                return known;
            }

            using var find = Database.Prepare(_connection, "SELECT wrapped FROM dataKey WHERE scope = $1", 1);
            find.Parameters[0].Value = bytes;
            return find.ExecuteScalar() is byte[] wrapped ? _opened[name] = Unwrap(wrapped, bytes) : null;
        }
    }

    private byte[] Secret(string name)
    {
        var associated = System.Text.Encoding.UTF8.GetBytes(name);
        using var find = Database.Prepare(_connection, "SELECT wrapped FROM secret WHERE name = $1", 1);
        find.Parameters[0].Value = name;
        if (find.ExecuteScalar() is byte[] wrapped)
        {
            return Unwrap(wrapped, associated);
        }

        var secret = RandomNumberGenerator.GetBytes(SecretLength);
        using var insert = Database.Prepare(_connection, "INSERT INTO secret(name, wrapped) VALUES($1, $2)", 2);
        (insert.Parameters[0].Value, insert.Parameters[1].Value) = (name, Wrap(secret, associated));
        _ = insert.ExecuteNonQuery();
        return secret;
    }

    private byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> associated)
    {
        var wrapped = new byte[NonceLength + key.Length + TagLength];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceLength));
        using var aes = new AesGcm(_tenantKey, TagLength);
        aes.Encrypt(wrapped.AsSpan(0, NonceLength), key, wrapped.AsSpan(NonceLength, key.Length), wrapped.AsSpan(NonceLength + key.Length), associated);
        return wrapped;
    }

    private byte[] Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> associated)
    {
        if (wrapped.Length < NonceLength + TagLength)
        {
            throw new CryptographicException("a wrapped key is longer");
        }

        var key = new byte[wrapped.Length - NonceLength - TagLength];
        using var aes = new AesGcm(_tenantKey, TagLength);
        aes.Decrypt(wrapped[..NonceLength], wrapped[NonceLength..^TagLength], wrapped[^TagLength..], key, associated);
        return key;
    }

    private sealed class DataKey(byte[] scope, byte[] key)
    {
        internal byte[] Scope { get; } = scope;

        internal byte[] Key { get; } = key;

        internal long Left { get; set; }
    }
}
