using Obstat.Core.Lineage;
using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;
using Obstat.Tests;

namespace Obstat.Core.Tests.Lineage;

/// <summary>Lineage of the golden bundle: one allow with its outcome, one refusal.</summary>
public sealed class LineageTests
{
    [Fact]
    public void Every_relation_of_the_provenance_names_the_entry_that_proves_it_and_both_of_its_ends_are_there()
    {
        var (origin, entries) = Golden();
        var document = ProvDocument.Of(origin, entries);
        var activity = Assert.Single(document["activity"]!.Members);
        Assert.Equal("succeeded", activity.Value["log:result"]!.AsString);
        Assert.NotNull(activity.Value["prov:endTime"]);
        var things = new[] { "activity", "agent", "entity" }.SelectMany(s => document[s]!.Members.Select(m => m.Name)).ToHashSet();
        foreach (var relation in document.Members.Where(m => m.Name is not ("prefix" or "activity" or "agent" or "entity")))
        {
            foreach (var (_, edge) in relation.Value.Members.Select(m => (m.Name, m.Value)))
            {
                var index = edge["log:entry"]!.AsInteger!.Value;
                Assert.Contains(entries, e => e.Index == index && e.Statement is DecisionStatement or OutcomeStatement);
                Assert.All(edge.Members.Where(m => m.Name.StartsWith("prov:", StringComparison.Ordinal)), end => Assert.Contains(end.Value.AsString!, things));
            }
        }

        Assert.Equal(3, document["used"]!.Members.Length); // snapshot, request, permit
        Assert.Equal(document, ProvDocument.Of(origin, entries.Reverse()));
    }

    [Fact]
    public void An_allow_starts_a_run_and_its_outcome_or_orphan_ends_it_once()
    {
        var (origin, entries) = Golden();
        var events = OpenLineageEvents.Of(origin, entries).ToArray();
        Assert.Equal(["START", "COMPLETE"], events.Select(e => e["eventType"]!.AsString));
        Assert.Single(events.Select(e => e["run"]!["runId"]!.AsString).Distinct());
        Assert.True(Guid.TryParseExact(events[0]["run"]!["runId"]!.AsString, "D", out _));
        Assert.All(events, e => Assert.Equal(origin, e["run"]!["facets"]!["execution"]!["origin"]!.AsString));
        Assert.Equal(entries.Single(e => e.Statement is OutcomeStatement).Index, events[1]["run"]!["facets"]!["execution"]!["index"]!.AsInteger);

        var outcome = entries.Single(e => e.Statement is OutcomeStatement);
        foreach (var (result, type) in new[] { ("failed", "FAIL"), ("killed", "ABORT"), ("expired", "ABORT"), ("unknown", "OTHER") })
        {
            var other = entries.Select(e => e == outcome ? e with { Statement = (OutcomeStatement)e.Statement with { Result = result } } : e);
            Assert.Equal(type, OpenLineageEvents.Of(origin, other).Last()["eventType"]!.AsString);
        }

        Assert.Empty(OpenLineageEvents.Of(origin, entries.Where(e => e.Statement is not DecisionStatement)));
    }

    private static (string Origin, LineageEntry[] Entries) Golden()
    {
        Assert.True(EvidenceBundle.TryParse(File.ReadAllBytes(Vectors.Own("evidence/bundle.zip")), out var bundle, out var error), error);
        return (bundle.Origin, [.. bundle.Entries.Select(e => Statement.TryParse(e.Statement.Span, out var statement, out var refused)
            ? new LineageEntry(e.Index, statement, Statement.DigestOf(e.Statement.Span))
            : throw new InvalidDataException(refused))]);
    }
}
