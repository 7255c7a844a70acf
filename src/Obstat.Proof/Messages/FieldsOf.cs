using System.Collections.Immutable;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;

namespace Obstat.Proof.Messages;

/// <summary>What several messages read alike: nested objects, in which an unknown member refuses the message like one at its top, and hashes.</summary>
internal static class FieldsOf
{
    /// <summary>Hands the finding of a nested object to its parent.</summary>
    public static void Finish(JsonFields parent, string name, JsonFields nested)
    {
        if (!nested.Complete())
        {
            parent.Refuse(name, nested.Error!.Value.Expected);
        }
    }

    /// <summary>Hashes of a proof, in base64.</summary>
    public static ImmutableArray<Digest> Hashes(JsonFields fields, string name)
    {
        var hashes = ImmutableArray.CreateBuilder<Digest>();
        foreach (var text in fields.Strings(name, InclusionProof.HashesMax, 44))
        {
            if (Base64Exact.TryDecode(text, out var bytes) && Digest.TryFromBytes(bytes, out var hash))
            {
                hashes.Add(hash);
            }
            else
            {
                fields.Refuse(name, "hashes in base64");
            }
        }

        return hashes.ToImmutable();
    }
}
