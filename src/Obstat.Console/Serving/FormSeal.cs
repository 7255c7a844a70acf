using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Obstat.Console.Serving;

/// <summary>Seals of one start of these pages: a form says by its seal that this session was given it, and a link to a result that the result was told here.</summary>
internal sealed class FormSeal
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The seal of these words.</summary>
    public string Of(params ReadOnlySpan<string> words)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        foreach (var word in words)
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            mac.AppendData(BitConverter.GetBytes(bytes.Length));
            mac.AppendData(bytes);
        }

        return Base64Url.EncodeToString(mac.GetHashAndReset());
    }

    /// <summary>Whether a seal is the one of these words.</summary>
    public bool Is(string? seal, params ReadOnlySpan<string> words)
        => seal is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(seal), Encoding.UTF8.GetBytes(Of(words)));
}
