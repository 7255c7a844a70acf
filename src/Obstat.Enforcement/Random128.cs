using System.Security.Cryptography;
using Obstat.Proof.Encodings;

namespace Obstat.Enforcement;

/// <summary>128 random bits in base64url: boots, ids, nonces.</summary>
internal static class Random128
{
    public static string Next() => Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
}
