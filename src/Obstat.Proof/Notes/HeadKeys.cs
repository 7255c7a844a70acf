using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Notes;

/// <summary>
/// The keys of one log's heads, as its own entries announce and end them. Validity is by index: a head over the entry that announces a key, and not over the one that ends it, carries that key's line. In an overlap each head
/// carries both lines, the old one first. Trust in one of them is the only start: the others follow only because heads under it cover the entry that names them. Immutable.
/// </summary>
public sealed class HeadKeys
{
    private HeadKeys(ImmutableArray<HeadKeyWindow> windows, Timestamp? overlapUntil) => (Windows, OverlapUntil) = (windows, overlapUntil);

    /// <summary>All keys, in the order in which they were announced.</summary>
    public ImmutableArray<HeadKeyWindow> Windows { get; }

    /// <summary>Until when the old key goes on beside the new one at least; null where one key alone is in force.</summary>
    public Timestamp? OverlapUntil { get; }

    /// <summary>Index of the entry that ended the log; null while it goes on. One <c>state</c> entry follows it, and nothing after that.</summary>
    public long? EndedAt { get; private init; }

    /// <summary>The first key of the log that goes on where this one ended; its name is that log's. Null while this one goes on.</summary>
    public VerifierKey? Successor { get; private init; }

    /// <summary>Size of the last head of a log that ended.</summary>
    public long? SizeLast => EndedAt + 2;

    /// <summary>The entries that rotated or ended them, ascending.</summary>
    public IEnumerable<long> Rotations => Windows.SelectMany(w => new[] { w.From, w.Until ?? 0 }).Append(EndedAt ?? 0).Where(index => index > 0).Order();

    /// <summary>Name of the log, and of each of its keys.</summary>
    public string Origin => Windows[0].Key.Name;

    /// <summary>The keys that sign the next head, the oldest first: one, or two in an overlap.</summary>
    public ImmutableArray<VerifierKey> InForce => [.. Windows.Where(w => w.Until is null).Select(w => w.Key)];

    /// <summary>The newest key.</summary>
    public VerifierKey Newest => Windows[^1].Key;

    /// <summary>The keys of a log that has only its genesis.</summary>
    public static HeadKeys Of(VerifierKey first) => new([new(first, 0, null)], null);

    /// <summary>The keys that some entries of a log announce, in the order of the log, as far as they follow; null without its genesis. Entries that are not there may have announced others.</summary>
    public static HeadKeys? Among(IEnumerable<(long Index, Statement Statement)> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        HeadKeys? keys = null;
        foreach (var (index, statement) in entries)
        {
            keys = statement is GenesisStatement genesis ? Of(genesis.HeadKey)
                : statement is KeyRotationStatement { Role: KeyRoles.Checkpoint } rotation && keys?.TryRotate(index, rotation, out var next, out _) == true ? next
                : keys;
        }

        return keys;
    }

    /// <summary>The keys whose lines a head of this size carries, the oldest first; none where a log that ended has no head of that size.</summary>
    public ImmutableArray<VerifierKey> At(long size) => size > EndedAt && size != SizeLast ? [] : [.. Windows.Where(w => w.Signs(size)).Select(w => w.Key)];

    /// <summary>Reads a note as a head of this log: signed by each key that was in force at its size, the oldest first, and by no other key of the log. Lines of other names (witnesses) are not looked at.</summary>
    public bool TryOpen(SignedNote note, [NotNullWhen(true)] out Checkpoint? head, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(note);
        head = null;
        if (!Checkpoint.TryParse(note.TextAsString(), out var parsed) || parsed.Origin != Origin)
        {
            error = $"expected a head of {Origin}";
            return false;
        }

        var keys = At(parsed.Size);
        var lines = note.Signatures.Where(s => s.Name == Origin).Select(s => s.KeyId);
        error = parsed.Size > EndedAt && parsed.Size != SizeLast ? $"the log ended with a head of size {Digits(SizeLast ?? 0)}, got one of size {Digits(parsed.Size)}: somebody went on after its end"
            : keys.IsEmpty || !lines.SequenceEqual(keys.Select(k => k.KeyId))
            ? $"expected at size {Digits(parsed.Size)} the lines of {string.Join(" and ", keys.Select(k => $"{k.KeyId:x8}"))}, got {string.Join(" and ", lines.Select(l => $"{l:x8}"))}"
            : !note.TryVerify(keys, out _, out var wrong) ? wrong : null;
        head = error is null ? parsed : null;
        return head is not null && error is null;
    }

    /// <summary>
    /// Takes a rotation of a head key. One that begins an overlap names the key in force as old, a key of this log's name that was never used as new, carries the new key's proof, and says how long both go on. One that ends it
    /// names the old key alone, not before that time. One that ends the log names the key in force as old and the first key of another log, which signed it, as new. Refuses everything else, and everything after an end.
    /// </summary>
    /// <param name="index">Index of the entry.</param>
    /// <param name="rotation">What it says.</param>
    /// <param name="next">The keys after it.</param>
    /// <param name="error">Why it is refused.</param>
    public bool TryRotate(long index, KeyRotationStatement rotation, [NotNullWhen(true)] out HeadKeys? next, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(rotation);
        next = null;
        var old = Windows.FirstOrDefault(w => w.Until is null)?.Key;
        if (rotation.Role != KeyRoles.Checkpoint || rotation.Old?.Vkey is not { } ended || ended != old?.ToString() || rotation.SuspectedFrom is not null)
        {
            error = $"expected the rotation of head key {old}, got one of {rotation.Old?.Vkey ?? rotation.Old?.Kid ?? "another key"}";
            return false;
        }

        (next, error) = EndedAt is { } closed ? (null, $"expected nothing after entry {Digits(closed)}, which ended this log")
            : rotation.New is null ? End(index, rotation)
            : VerifierKey.TryParse(rotation.New.Vkey, out var key) && key.Name != Origin && rotation.OverlapUntil is null ? Close(index, rotation, key)
            : Begin(index, rotation);
        return next is not null && error is null;
    }

    private (HeadKeys? Next, string? Error) Begin(long index, KeyRotationStatement rotation)
    {
        if (OverlapUntil is not null)
        {
            return (null, "expected the end of the overlap before another rotation");
        }

        if (!VerifierKey.TryParse(rotation.New!.Vkey, out var key) || key.Type != NoteKeyType.Ed25519 || key.Name != Origin || Windows.Any(w => w.Key.KeyId == key.KeyId) || !rotation.IsProvenBy(key))
        {
            return (null, $"expected a new head key of {Origin} that signed its rotation, got {rotation.New.Vkey ?? rotation.New.Kid}");
        }

        return rotation.OverlapUntil is { } until && until > rotation.Time
            ? (new([.. Windows, new(key, index, null)], until), null)
            : (null, $"expected an overlap that ends after {rotation.Time}, got {(rotation.OverlapUntil is { } got ? got.ToString() : "none")}");
    }

    private (HeadKeys? Next, string? Error) End(long index, KeyRotationStatement rotation)
        => OverlapUntil is not { } until ? (null, "expected a key that goes on beside the one that ends, got none")
            : rotation.OverlapUntil is not null || rotation.Time < until ? (null, $"expected the end of an overlap not before {until}, got {rotation.Time}")
            : (new([.. Windows.Select(w => w.Until is null && w.Key != Newest ? w with { Until = index } : w)], null), null);

    private (HeadKeys? Next, string? Error) Close(long index, KeyRotationStatement rotation, VerifierKey successor)
        => OverlapUntil is { } until ? (null, $"expected the end of an overlap, after {until}, before the end of the log")
            : successor.Type != NoteKeyType.Ed25519 || !rotation.IsProvenBy(successor) ? (null, $"expected the first head key of the log {successor.Name}, which signed that it goes on, got {rotation.New!.Vkey}")
            : (new(Windows, null) { EndedAt = index, Successor = successor }, null);

    private static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
