using Obstat.Proof.Bundles;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Bundles;

/// <summary>The ten entries of the shared test log.</summary>
internal static class OwnLog
{
    public const int Size = 10;

    public static VerifierKey Key => VerifierKey.TryParse(File.ReadAllText(Vectors.Shared("evidence/own/vkey")).TrimEnd(), out var key) ? key : throw new InvalidDataException();

    public static byte[] PolicyBytes => Vectors.Bytes("evidence/own/policy");

    public static TrustPolicy Policy => TrustPolicy.TryParse(PolicyBytes, out var policy, out _) ? policy : throw new InvalidDataException();

    public static byte[] Statement(int index) => Vectors.Bytes($"evidence/own/entry{index}.statement.json");

    public static byte[] LeafBytes(int index) => Vectors.Bytes($"evidence/own/entry{index}.leaf");

    public static TlogProof Proof(int index) => TlogProof.TryParse(Vectors.Bytes($"evidence/own/entry{index}.tlog-proof"), out var proof, out _) ? proof : throw new InvalidDataException();

    public static BundleWriter Writer(params int[] entries)
    {
        var writer = new BundleWriter(Key, PolicyBytes);
        foreach (var index in entries.Length == 0 ? [.. Enumerable.Range(0, Size)] : entries)
        {
            writer.Add(Statement(index), LeafBytes(index), Proof(index));
        }

        return writer;
    }

    public static Statement Parsed(int index) => Obstat.Proof.Statements.Statement.TryParse(Statement(index), out var statement, out var error) ? statement : throw new InvalidDataException(error);
}
