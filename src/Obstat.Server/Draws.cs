using System.Security.Cryptography;
using Obstat.Proof.Encodings;

namespace Obstat.Server;

/// <summary>What is drawn by chance.</summary>
internal static class Draws
{
    /// <summary>128 random bits in base64url.</summary>
    public static string Random128() => Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
}
