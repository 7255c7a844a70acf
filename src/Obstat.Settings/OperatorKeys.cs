using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;

namespace Obstat.Settings;

/// <summary>
/// Public keys of the operators, read alike by plane and enforcement points: the one that also signs tool pins, and further ones. Each is one person as far as a program can tell; lifting a halt takes two.
/// </summary>
public static class OperatorKeys
{
    private const int FileBytesMax = 4096;

    /// <summary>Reads them, the first one first. A file that is none refuses all.</summary>
    public static bool TryRead(InstallationPaths paths, out ImmutableArray<JwsKey> keys, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(paths);
        var all = ImmutableArray.CreateBuilder<JwsKey>();
        keys = [];
        string[] more = Directory.Exists(paths.Operators) ? Directory.GetFiles(paths.Operators, "*.json") : [];
        foreach (var file in more.Order(StringComparer.Ordinal).Prepend(paths.OperatorTrust))
        {
            if (!PrivateFile.TryRead(file, FileBytesMax, out var bytes, out reason))
            {
                return false;
            }

            if (!StrictJson.TryParse(bytes, out var jwk, out _) || !JwsKey.TryImport(jwk, KeyRole.Operator, out var key, out _))
            {
                reason = $"{file}: expected a public P-256 JWK";
                return false;
            }

            if (all.All(k => k.Kid != key.Kid))
            {
                all.Add(key);
            }
        }

        (keys, reason) = (all.ToImmutable(), null);
        return true;
    }
}
