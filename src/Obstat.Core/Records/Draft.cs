using System.Collections.Immutable;
using Obstat.Proof.Dsse;

namespace Obstat.Core.Records;

/// <summary>
/// A command to the sequencer: what to record, once its place, time and <c>prev</c> are known. Made by <see cref="OfPlane"/> for what the plane says and by <see cref="OfPoint"/> for what an
/// enforcement point signed itself.
/// </summary>
public sealed class Draft
{
    /// <summary>How long a caller waits for durability unless told otherwise. Later is <c>Late</c>, and what becomes durable afterwards is never released.</summary>
    public static readonly TimeSpan PatienceDefault = TimeSpan.FromSeconds(2);

    private Draft()
    {
    }

    /// <summary>Composes the statement on the writer's thread, in the order of the log: it must be quick, and may not wait for anything. Null for what a point signed.</summary>
    public Func<Sequenced, Composition>? Compose { get; private init; }

    /// <summary>What a point signed; null for what the plane says.</summary>
    public WrittenStatement? Signed { get; private init; }

    /// <summary>The point's signature over <see cref="Signed"/>, DER.</summary>
    public ReadOnlyMemory<byte> Signature { get; private init; }

    /// <summary>The key that verified it.</summary>
    public P256PublicKey? SignedBy { get; private init; }

    /// <summary>The boot whose chain of decisions the statement joins; null where it joins none.</summary>
    public string? Boot { get; private init; }

    /// <summary>The message that this answers: the same message again gets the recorded answer. Null where no message is behind it.</summary>
    public BodyKey? Message { get; private init; }

    /// <summary>Sealed blobs that the statement names, durable together with it. Their data keys must be durable before.</summary>
    public ImmutableArray<StoredBlob> Blobs { get; private init; } = [];

    /// <summary>Files of a snapshot that the statement names, durable together with it.</summary>
    public ImmutableArray<SnapshotPart> Snapshots { get; private init; } = [];

    /// <summary>How long the caller waits for durability.</summary>
    public TimeSpan Patience { get; private init; } = PatienceDefault;

    /// <summary>How long it may wait for others to be committed with, because nobody waits for it; zero where somebody does. It never waits beyond the next commit.</summary>
    public TimeSpan MayWait { get; private init; }

    /// <summary>Something that the plane says.</summary>
    public static Draft OfPlane(
        Func<Sequenced, Composition> compose,
        string? boot = null,
        BodyKey? message = null,
        ImmutableArray<StoredBlob> blobs = default,
        ImmutableArray<SnapshotPart> snapshots = default,
        TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(compose);
        return new()
        {
            Compose = compose,
            Boot = boot,
            Message = message,
            Blobs = blobs.IsDefault ? [] : blobs,
            Snapshots = snapshots.IsDefault ? [] : snapshots,
            Patience = patience ?? PatienceDefault,
        };
    }

    /// <summary>Something that an enforcement point signed. The caller verified the signature; whether that key may sign for that boot is checked at the sequencer.</summary>
    public static Draft OfPoint(WrittenStatement statement, ReadOnlyMemory<byte> signature, P256PublicKey signedBy, BodyKey message, TimeSpan? patience = null, TimeSpan mayWait = default)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(signedBy);
        return new() { Signed = statement, Signature = signature, SignedBy = signedBy, Message = message, Patience = patience ?? PatienceDefault, MayWait = mayWait };
    }
}
