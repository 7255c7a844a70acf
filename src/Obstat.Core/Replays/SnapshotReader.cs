using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Proof;
using Obstat.Proof.Statements;

namespace Obstat.Core.Replays;

/// <summary>Rebuilds the snapshot that an activation names, from its parts by their digests.</summary>
internal static class SnapshotReader
{
    /// <summary>The snapshot, or why there is none: a part that is missing, or one that this version does not read as it was written.</summary>
    public static (Snapshot? Snapshot, string? Error) Read(SnapshotDigests digests, Func<Digest, ReadOnlyMemory<byte>?> parts)
    {
        var read = new Dictionary<Digest, ReadOnlyMemory<byte>>();
        foreach (var digest in (ReadOnlySpan<Digest>)[digests.Law.Policies, digests.Law.Schema, digests.Law.Entities, digests.Directory, digests.Trust, digests.Revocations])
        {
            if (parts(digest) is not { } bytes || Digest.Of(bytes.Span) != digest)
            {
                return (null, $"snapshot part {digest} is not here");
            }

            read[digest] = bytes;
        }

        if (Law(read[digests.Law.Policies], read[digests.Law.Schema], read[digests.Law.Entities]) is not { } law || law.Digest != digests.Law.Digest)
        {
            return (null, $"law {digests.Law.Digest} is not written as this version writes it");
        }

        if (PrincipalDirectory.Empty.Digest != digests.Directory)
        {
            return (null, $"directory {digests.Directory} is not the empty one, and this version reads no other");
        }

        if (!TrustReader.TryRead(read[digests.Trust].Span, out var trust))
        {
            return (null, $"trust {digests.Trust} is not written as this version writes it");
        }

        if (!Revocations.TryRead(read[digests.Revocations].Span, out var revocations))
        {
            return (null, $"revocations {digests.Revocations} are not written as this version writes them");
        }

        var snapshot = Snapshot.Of(law, PrincipalDirectory.Empty, trust, revocations);
        return snapshot.Digest == digests.Digest ? (snapshot, null) : (null, $"the parts give snapshot {snapshot.Digest}, recorded is {digests.Digest}");
    }

    private static Law? Law(ReadOnlyMemory<byte> policies, ReadOnlyMemory<byte> schema, ReadOnlyMemory<byte> entities)
    {
        if (!LawFile.TryUnframe(policies.Span, out var policyFiles) || !LawFile.TryUnframe(schema.Span, out var schemaFiles) || !LawFile.TryUnframe(entities.Span, out var entityFiles))
        {
            return null;
        }

        // The house's own schema stands among the schema files; of another version of the house it has another text, and then the law's digest will differ.
        var house = System.Text.Encoding.UTF8.GetBytes(HouseSchema.Text);
        var own = schemaFiles.Value.Where(f => f.Path != Decisions.Law.HouseSchemaPath || !f.Bytes.AsSpan().SequenceEqual(house));
        return LawLoader.Load(policyFiles.Value.Concat(own).Concat(entityFiles.Value));
    }
}
