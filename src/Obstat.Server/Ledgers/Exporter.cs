using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Bundles;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Storage;
using Obstat.Storage.Reading;

namespace Obstat.Server.Ledgers;

/// <summary>
/// Writes an evidence bundle: the entries asked for, and what they need to be verified - the keys' entries, the registrations, the activations of their snapshots, the decisions of their outcomes and the
/// outcomes of their decisions - all proven under one head.
/// </summary>
internal sealed class Exporter(Ledger ledger, DecisionRows rows, PermitShelf shelf)
{
    /// <summary>Entries of one bundle at most.</summary>
    public const long EntriesMax = 15_000;

    /// <summary>Types of the entries that others rest on, beside decisions and outcomes.</summary>
    public static ImmutableArray<string> SupportingTypes { get; } =
        [GenesisStatement.TypeName, KeySetStatement.TypeName, KeyRotationStatement.TypeName, EnforcementPointStatement.TypeName, PolicyActivationStatement.TypeName];

    /// <summary>The bundle of a range; null where the range is empty, beyond the end or too large.</summary>
    /// <param name="from">Its first entry.</param>
    /// <param name="to">Its last entry; null: the newest.</param>
    /// <param name="supporting">Where entries of <see cref="SupportingTypes"/> stand, for who knows; null: every entry is looked at. A place that is left out makes a bundle that does not verify.</param>
    public byte[]? Export(long from, long? to, IReadOnlyCollection<long>? supporting = null)
    {
        if (ledger.Head is not { } head || !Checkpoint.TryParse(head.TextAsString(), out var checkpoint))
        {
            return null;
        }

        using var reader = ledger.Read();
        var last = Math.Min(to ?? (checkpoint.Size - 1), checkpoint.Size - 1);
        if (from > last || last - from >= EntriesMax)
        {
            return null;
        }

        _ = rows.CatchUp(reader);
        var wanted = new SortedDictionary<long, Statement>();
        for (var index = from; index <= last; index++)
        {
            wanted[index] = reader.Entry(index).Written.Statement;
        }

        Complete(reader, wanted, checkpoint.Size, supporting);
        var writer = new BundleWriter(ledger.HeadKey);
        foreach (var (index, statement) in wanted)
        {
            var (written, leaf, path) = reader.Proven(index, checkpoint);
            writer.Add(written.Bytes, leaf, new TlogProof(index, [.. path], head));
            AddOf(reader, writer, index, statement);
        }

        return writer.Write();
    }

    /// <summary>Adds the entries that those asked for rest on.</summary>
    private void Complete(LedgerReader reader, SortedDictionary<long, Statement> wanted, long size, IReadOnlyCollection<long>? supporting)
    {
        foreach (var reference in wanted.Values.Select(s => s switch { OutcomeStatement o => o.Decision, OrphanedStatement o => o.Decision, _ => null }).OfType<EntryReference>().ToArray())
        {
            wanted[reference.Index] = reader.Entry(reference.Index).Written.Statement;
        }

        foreach (var end in wanted.Where(e => e.Value is DecisionStatement { Permit: not null }).Select(e => rows.EndOf(reader, e.Key)).ToArray())
        {
            if (end is { } ended && ended.Entry < size)
            {
                wanted[ended.Entry] = reader.Entry(ended.Entry).Written.Statement;
            }
        }

        var snapshots = wanted.Values.OfType<DecisionStatement>().Select(d => d.Snapshot).ToHashSet();
        var boots = wanted.Values.Select(s => s switch { DecisionStatement d => d.Ep.Boot, ReportStatement o => o.Ep.Boot, RefusalsStatement r => r.Ep.Boot, _ => "" }).ToHashSet(StringComparer.Ordinal);
        var newest = wanted.Keys.Max();

        // Of any time: they say who signed the head that proves all of this.
        foreach (var index in ledger.State.HeadKeys?.Rotations.Where(i => i < size) ?? [])
        {
            wanted[index] = reader.Entry(index).Written.Statement;
        }

        foreach (var index in supporting?.Where(i => i <= newest) ?? Places(newest))
        {
            if (!wanted.ContainsKey(index) && reader.Entry(index).Written.Statement is var statement && IsNeeded(statement, snapshots, boots))
            {
                wanted[index] = statement;
            }
        }
    }

    private static IEnumerable<long> Places(long newest)
    {
        for (long index = 0; index <= newest; index++)
        {
            yield return index;
        }
    }

    private static bool IsNeeded(Statement statement, HashSet<Digest> snapshots, HashSet<string> boots) => statement switch
    {
        GenesisStatement or KeySetStatement or KeyRotationStatement => true,
        EnforcementPointStatement point => boots.Contains(point.Ep.Boot),
        PolicyActivationStatement activation => snapshots.Contains(activation.Snapshot.Digest),
        _ => false,
    };

    private void AddOf(LedgerReader reader, BundleWriter writer, long index, Statement statement)
    {
        switch (statement)
        {
            case DecisionStatement decision:
                if (decision.Permit is { } permit && shelf.Find(index, permit.Jti) is { } compact)
                {
                    writer.AddPermit(permit.Jti, compact);
                }

                AddBlobs(reader, writer, decision.Sealed);
                break;
            case OutcomeStatement outcome:
                AddBlobs(reader, writer, outcome.Sealed);
                break;
            case PolicyActivationStatement activation:
                foreach (var digest in (ReadOnlySpan<Digest>)
                    [activation.Snapshot.Law.Policies, activation.Snapshot.Law.Schema, activation.Snapshot.Law.Entities, activation.Snapshot.Directory, activation.Snapshot.Trust, activation.Snapshot.Revocations])
                {
                    if (reader.Snapshot(digest) is { } part)
                    {
                        writer.AddSnapshot(part);
                    }
                }

                break;
            default:
                break;
        }
    }

    private void AddBlobs(LedgerReader reader, BundleWriter writer, ImmutableArray<SealedReference> references)
    {
        foreach (var reference in references)
        {
            if (rows.OpenBytes(reader, reference) is { } plain)
            {
                writer.AddBlob(plain);
            }
            else
            {
                writer.AddErased(reference.Plain);
            }
        }
    }
}
