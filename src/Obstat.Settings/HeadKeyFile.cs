using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Encodings;
using Obstat.Proof.Notes;

namespace Obstat.Settings;

/// <summary>
/// A file (0600) with a key of a ledger's heads: an Ed25519 seed in base64, and on a second line the name of the log where the key is not its first one. The name of a log follows from its first key
/// (<see cref="LogOrigin"/>), and stays when that is replaced.
/// </summary>
public static class HeadKeyFile
{
    private const int BytesMax = 4096;

    /// <summary>Makes the bytes of a file with a new key.</summary>
    /// <param name="origin">The log whose later key it is; null for the first key of a log.</param>
    public static byte[] Generate(string? origin)
    {
        var seed = RandomNumberGenerator.GetBytes(NoteSigner.SeedLength);
        var text = Base64Exact.Encode(seed) + "\n" + (origin is null ? "" : origin + "\n");
        CryptographicOperations.ZeroMemory(seed);
        return Encoding.ASCII.GetBytes(text);
    }

    /// <summary>Reads the key.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tenant">First label of the log's name, where the key is the first one.</param>
    /// <param name="signer">The key, under the name of its log.</param>
    /// <param name="reason">Why it is refused.</param>
    public static bool TryRead(string path, string tenant, [NotNullWhen(true)] out NoteSigner? signer, [NotNullWhen(false)] out string? reason)
    {
        signer = null;
        if (!PrivateFile.TryRead(path, BytesMax, out var bytes, out reason))
        {
            return false;
        }

        var lines = Encoding.ASCII.GetString(bytes).TrimEnd('\n').Split('\n');
        if (lines.Length <= 2 && Base64Exact.TryDecode(lines[0], out var seed) && seed.Length == NoteSigner.SeedLength && (lines.Length == 1 || NoteName.IsValid(lines[1])))
        {
            signer = lines.Length == 1 ? LogOrigin.Signer(tenant, seed) : NoteSigner.FromSeed(lines[1], seed);
            CryptographicOperations.ZeroMemory(seed);
            return true;
        }

        reason = $"{path}: expected base64 of an Ed25519 seed, and the name of its log where it is a later key";
        return false;
    }
}
