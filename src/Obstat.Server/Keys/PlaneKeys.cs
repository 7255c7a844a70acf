using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Notes;
using Obstat.Settings;
using Obstat.Storage.Files;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Keys;

/// <summary>
/// The keys of an installation that stand in files, 0600 and owned by this user: root, head, tenant, and the public half of the operator's. One that is missing, broken or readable by others
/// keeps the plane from starting.
/// </summary>
internal sealed class PlaneKeys : IDisposable
{
    private const int FileBytesMax = 4096;

    private PlaneKeys(SigningKey root, HeadSigner heads, byte[] tenant, JwsKey operatorKey, ImmutableArray<JwsKey> operators)
        => (Root, RootSigner, Heads, Tenant, Operator, Operators) = (root, root.ToStatementSigner(), heads, tenant, operatorKey, operators);

    /// <summary>Signs key sets: whoever can read it can permit anything.</summary>
    public SigningKey Root { get; }

    /// <summary>The same key, as statements are signed.</summary>
    public StatementSigner RootSigner { get; }

    /// <summary>Signs the ledger's heads, with the next key too while a rotation overlaps.</summary>
    public HeadSigner Heads { get; }

    /// <summary>Wraps the vault's data keys.</summary>
    public byte[] Tenant { get; }

    /// <summary>Verifies tool pins.</summary>
    public JwsKey Operator { get; }

    /// <summary>All operators' keys: each is one person as far as the plane can tell, and lifting a halt takes two.</summary>
    public ImmutableArray<JwsKey> Operators { get; }

    /// <summary>Reads the files.</summary>
    public static bool TryLoad(InstallationSettings settings, [NotNullWhen(true)] out PlaneKeys? keys, [NotNullWhen(false)] out string? reason)
    {
        keys = null;
        var paths = settings.Paths;
        if (!TryPem(paths.RootKey, KeyRole.Root, out var root, out reason)
            || !TryOperator(paths.OperatorTrust, out var operatorKey, out reason)
            || !OperatorKeys.TryRead(paths, out var operators, out reason)
            || !TryTenant(paths, out var tenant, out reason)
            || !TryHeads(settings, out var heads, out reason))
        {
            return false;
        }

        keys = new PlaneKeys(root, heads, tenant, operatorKey, operators);
        return true;
    }

    /// <summary>Puts the next head key in the place of the one before, when the ledger says that it signs alone. A crash before it leaves both, and the ledger still says which.</summary>
    public static void Settle(InstallationPaths paths, HeadKeys? inForce, HeadSigner heads)
    {
        if (File.Exists(paths.NextHeadKey) && inForce is { OverlapUntil: null } keys && heads.Held.Length == 2 && keys.Newest.Equals(heads.Held[1]))
        {
            File.Move(paths.NextHeadKey, paths.HeadKey, overwrite: true);
        }
    }

    public void Dispose()
    {
        RootSigner.Dispose();
        Heads.Dispose();
        CryptographicOperations.ZeroMemory(Tenant);
    }

    private static bool TryPem(string path, KeyRole role, [NotNullWhen(true)] out SigningKey? key, [NotNullWhen(false)] out string? reason)
    {
        key = null;
        if (!PrivateFile.TryRead(path, FileBytesMax, out var bytes, out reason))
        {
            return false;
        }

        reason = SigningKey.TryFromPem(Encoding.ASCII.GetString(bytes), role, out key) ? null : $"{path}: expected a PKCS#8 P-256 key";
        return reason is null && key is not null;
    }

    private static bool TryHeads(InstallationSettings settings, [NotNullWhen(true)] out HeadSigner? heads, [NotNullWhen(false)] out string? reason)
    {
        heads = null;
        var paths = settings.Paths;
        if (!HeadKeyFile.TryRead(paths.HeadKey, settings.Tenant, out var first, out reason))
        {
            return false;
        }

        if (!File.Exists(paths.NextHeadKey))
        {
            heads = new HeadSigner(first);
            return true;
        }

        if (!HeadKeyFile.TryRead(paths.NextHeadKey, settings.Tenant, out var next, out reason))
        {
            first.Dispose();
            return false;
        }

        if (next.VerifierKey.Name != first.VerifierKey.Name)
        {
            next.Dispose(); // the first key of a log that is to go on from this one: it signs nothing here
            heads = new HeadSigner(first);
            return true;
        }

        heads = new HeadSigner(first, next);
        return true;
    }

    // The operator's private key has no business here.
    private static bool TryOperator(string path, [NotNullWhen(true)] out JwsKey? key, [NotNullWhen(false)] out string? reason)
    {
        key = null;
        if (!PrivateFile.TryRead(path, FileBytesMax, out var bytes, out reason))
        {
            return false;
        }

        reason = StrictJson.TryParse(bytes, out var jwk, out _) && JwsKey.TryImport(jwk, KeyRole.Operator, out key, out _) ? null : $"{path}: expected a public P-256 JWK";
        return reason is null && key is not null;
    }

    // Made with the first vault. A vault without its key cannot be read, so then a new key would only hide the loss.
    private static bool TryTenant(InstallationPaths paths, [NotNullWhen(true)] out byte[]? tenant, [NotNullWhen(false)] out string? reason)
    {
        tenant = null;
        var path = Path.Combine(paths.Keys, "tenant.key");
        if (!File.Exists(path) && !File.Exists(Path.Combine(paths.Ledger, "vault.db")))
        {
            DurableFile.Write(path, Encoding.ASCII.GetBytes(Base64Exact.Encode(RandomNumberGenerator.GetBytes(Vault.TenantKeyLength)) + "\n"));
        }

        if (!PrivateFile.TryRead(path, FileBytesMax, out var bytes, out reason))
        {
            return false;
        }

        reason = Base64Exact.TryDecode(Encoding.ASCII.GetString(bytes).TrimEnd('\n'), out tenant) && tenant.Length == Vault.TenantKeyLength ? null : $"{path}: expected base64 of 32 bytes";
        return reason is null && tenant is not null;
    }
}
