using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Proof;
using Obstat.Proof.Json;

namespace Obstat.Core;

/// <summary>
/// Everything that a decision is judged under, in four parts, each with its digest. Immutable: one serves a request from entry to record, and its digest is recorded. That is what makes replay possible.
/// </summary>
public sealed class Snapshot
{
    private Snapshot(Law law, PrincipalDirectory directory, Trust trust, Revocations revocations, World world)
    {
        (Law, Directory, Trust, Revocations, World) = (law, directory, trust, revocations, world);
        Digest = Digest.Of(JsonValue.Object(
            ("directory", JsonValue.Of(directory.Digest.ToHex())),
            ("law", JsonValue.Of(law.Digest.ToHex())),
            ("revocations", JsonValue.Of(revocations.Digest.ToHex())),
            ("trust", JsonValue.Of(trust.Digest.ToHex()))));
    }

    /// <summary>Policies, schema, hand-written entities. What did not hold in the world of the trust part is a law that decides nothing.</summary>
    public Law Law { get; }

    /// <summary>People, teams, workloads of a feed.</summary>
    public PrincipalDirectory Directory { get; }

    /// <summary>Whose word is taken for what.</summary>
    public Trust Trust { get; }

    /// <summary>Who and what is revoked.</summary>
    public Revocations Revocations { get; }

    /// <summary>SHA-256(JCS({directory, law, revocations, trust})), each by its digest.</summary>
    public Digest Digest { get; }

    internal World World { get; }

    /// <summary>The same with other revocations, which nothing else of it reads.</summary>
    public Snapshot With(Revocations revocations)
    {
        ArgumentNullException.ThrowIfNull(revocations);
        return new Snapshot(Law, Directory, Trust, revocations, World);
    }

    /// <summary>Joins the parts.</summary>
    public static Snapshot Of(Law law, PrincipalDirectory directory, Trust trust, Revocations revocations)
    {
        ArgumentNullException.ThrowIfNull(law);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(trust);
        ArgumentNullException.ThrowIfNull(revocations);
        var world = World.Join(law, trust);
        return new Snapshot(world.Law, directory, trust, revocations, world);
    }
}
