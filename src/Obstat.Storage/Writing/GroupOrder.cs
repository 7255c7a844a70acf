using System.Collections.Immutable;
using System.Security.Cryptography;
using Obstat.Core.Records;
using Obstat.Proof.Encodings;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage.Files;
using Obstat.Storage.Reading;

namespace Obstat.Storage.Writing;

/// <summary>Gives the drafts of a group their order, one after the other, each upon the state that the one before left. What is refused is told at once: nothing durable depends on it.</summary>
internal sealed class GroupOrder(LedgerReader reader, Reserve reserve, Plane plane, Clock clock, string origin)
{
    private const int NonceLength = 16;

    private readonly byte[] _random = new byte[256 * NonceLength]; // drawn at once: each call of the system's generator costs as much as hashing a statement
    private int _drawn = 256 * NonceLength;

    /// <summary>Why the newest draft was refused.</summary>
    internal string? Refused { get; private set; }

    /// <summary>Sequences the drafts.</summary>
    /// <param name="drafts">In the order in which they came.</param>
    /// <param name="state">The fold over all entries before, durable or about to be.</param>
    /// <param name="watch">The clock of this group; while it is not trusted, nothing that the plane says gets a place.</param>
    internal (List<GroupEntry> Entries, List<(Waiting Waiting, EntryIndex Index)> Repeats, LedgerState State) Of(List<Waiting> drafts, LedgerState state, ClockWatch watch)
    {
        var entries = new List<GroupEntry>(drafts.Count);
        var repeats = new List<(Waiting, EntryIndex)>();
        foreach (var waiting in drafts)
        {
            if (waiting.IsAbandoned)
            {
                continue; // nothing of it is recorded, so nothing has to be closed
            }

            if (!watch.IsTrusted && waiting.Draft.Signed is null)
            {
                Refuse(waiting, DenyReason.ClockUntrusted, watch.Why ?? "the clock");
                continue;
            }

            switch (Next(state, waiting.Draft, watch.Wall))
            {
                case Sequencing.Entry entry when Missing(waiting.Draft, entry.Written.Statement) is { } missing:
                    Refuse(waiting, waiting.Draft.Signed is null ? DenyReason.Fault : DenyReason.Malformed, $"expected the sealed blob {missing}");
                    break;
                case Sequencing.Entry { Written.Statement: DecisionStatement { IsAllowed: true } } when reserve.IsLow:
                    Refuse(waiting, DenyReason.LedgerUnavailable, "the disk is nearly full: what is left is for denials, outcomes, revocations and halts");
                    break;
                case Sequencing.Entry entry:
                    entries.Add(new(waiting, entry.Written));
                    state = entry.Next;
                    break;
                case Sequencing.Repeat repeat:
                    repeats.Add((waiting, repeat.Index));
                    break;
                case Sequencing.Refusal refusal:
                    Refuse(waiting, refusal.Reason, refusal.Detail);
                    break;
                default:
                    Refuse(waiting, DenyReason.Fault, "nothing was sequenced");
                    break;
            }
        }

        return (entries, repeats, state);
    }

    private void Refuse(Waiting waiting, DenyReason reason, string detail)
    {
        Refused = detail;
        waiting.Refuse(reason);
    }

    private Sequencing Next(LedgerState state, Draft draft, DateTimeOffset now)
    {
        try
        {
            return Sequencer.Next(state, draft, now, draft.Signed is null ? Nonce() : "", plane, clock, origin);
        }
#pragma warning disable CA1031 // A draft that throws refuses itself; those beside it are not its victims.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Sequencing.Refusal(DenyReason.Fault, e.GetType().Name);
        }
    }

    private string Nonce()
    {
        if (_drawn == _random.Length)
        {
            RandomNumberGenerator.Fill(_random);
            _drawn = 0;
        }

        var nonce = Base64Url.Encode(_random.AsSpan(_drawn, NonceLength));
        _drawn += NonceLength;
        return nonce;
    }

    /// <summary>A sealed blob that the statement names and nobody has.</summary>
    private string? Missing(Draft draft, Statement statement)
    {
        ImmutableArray<SealedReference> named = statement switch
        {
            DecisionStatement decision => decision.Sealed,
            OutcomeStatement outcome => outcome.Sealed,
            _ => [],
        };
        foreach (var reference in named)
        {
            if (!draft.Blobs.Any(blob => blob.Cipher == reference.Cipher) && !reader.HasBlob(reference.Cipher))
            {
                return reference.Cipher.ToHex();
            }
        }

        return null;
    }
}
