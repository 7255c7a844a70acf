using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Proof.Jws;
using Obstat.Proof.Notes;
using Obstat.Settings;

namespace Obstat.Cli.Installing;

/// <summary>The key files of an installation. A file that others can read is refused.</summary>
internal static class KeyFiles
{
    private const int BytesMax = 4096;

    /// <summary>Makes a key file; never replaces one.</summary>
    public static SigningKey Create(string path, KeyRole role)
    {
        var key = SigningKey.Create(role);
        PrivateFile.Create(path, Encoding.ASCII.GetBytes(key.ToPem()));
        return key;
    }

    /// <summary>Makes the file of a first head key.</summary>
    public static void CreateHead(string path) => PrivateFile.Create(path, HeadKeyFile.Generate(null));

    /// <summary>Reads a key of a role.</summary>
    public static bool TryRead(string path, KeyRole role, [NotNullWhen(true)] out SigningKey? key, [NotNullWhen(false)] out string? reason)
    {
        key = null;
        if (PrivateFile.TryRead(path, BytesMax, out var bytes, out reason) && !SigningKey.TryFromPem(Encoding.ASCII.GetString(bytes), role, out key))
        {
            reason = $"{path} is no P-256 key in PKCS#8 PEM";
        }

        return key is not null;
    }

    /// <summary>The ledger's public key, from the head key's file.</summary>
    public static bool TryReadHead(InstallationSettings settings, [NotNullWhen(true)] out VerifierKey? head, [NotNullWhen(false)] out string? reason)
    {
        head = null;
        if (HeadKeyFile.TryRead(settings.Paths.HeadKey, settings.Tenant, out var signer, out reason))
        {
            head = signer.VerifierKey;
            signer.Dispose();
        }

        return head is not null;
    }
}
