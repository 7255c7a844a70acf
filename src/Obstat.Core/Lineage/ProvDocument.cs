using System.Globalization;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Core.Lineage;

/// <summary>
/// Executions as W3C PROV, in PROV-JSON. Derived from entries alone: nothing is inferred from names or times, every relation carries the index of the entry that proves it, and names are the pseudonyms
/// that the entries hold. Only what was allowed is an activity, because nothing else ran. A view: evidence is the ledger.
/// </summary>
public sealed class ProvDocument
{
    private const string Prefix = "log";

    private readonly SortedDictionary<string, SortedDictionary<string, JsonValue>> _sections = new(StringComparer.Ordinal);
    private readonly string _origin;

    private ProvDocument(string origin) => _origin = origin;

    /// <summary>The document of these entries; what an entry names and no entry here tells stands as its name alone.</summary>
    public static JsonValue Of(string origin, IEnumerable<LineageEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var document = new ProvDocument(origin);
        var decisions = new Dictionary<long, DecisionStatement>();
        foreach (var entry in entries.OrderBy(e => e.Index))
        {
            switch (entry.Statement)
            {
                case DecisionStatement { IsAllowed: true } decision:
                    decisions[entry.Index] = decision;
                    document.Add(entry, decision);
                    break;
                case OutcomeStatement outcome when decisions.TryGetValue(outcome.Decision.Index, out var of):
                    document.Add(entry, outcome, of);
                    break;
                case OrphanedStatement orphaned when decisions.TryGetValue(orphaned.Decision.Index, out var of):
                    document.End(of, entry, orphaned.Time, "orphaned");
                    break;
                default:
                    break;
            }
        }

        return JsonValue.Object([("prefix", JsonValue.Object((Prefix, JsonValue.Of($"urn:execution:log:{origin}:")))), .. document._sections.Select(s => (s.Key, JsonValue.Object([.. s.Value.Select(m => (m.Key, m.Value))])))]);
    }

    private void Add(LineageEntry entry, DecisionStatement decision)
    {
        var activity = Activity(decision.Request.Execution);
        Put("activity", activity, ("prov:startTime", JsonValue.Of(decision.Time.ToString())), (Own("action"), JsonValue.Of(decision.Request.Action)), (Own("started"), JsonValue.Of(entry.Index)), (Own("statement"), JsonValue.Of(entry.Digest.ToHex())));
        var point = Thing("agent", $"point/{decision.Ep.Id}", ("prov:type", JsonValue.Of("prov:SoftwareAgent")));
        Relate("wasAssociatedWith", entry.Index, "point", ("prov:activity", activity), ("prov:agent", point));
        if (decision.Identity.Principal is { } principal)
        {
            var responsible = Thing("agent", $"principal/{principal}");
            Relate("wasAssociatedWith", entry.Index, "principal", ("prov:activity", activity), ("prov:agent", responsible));
            for (var i = 0; i < decision.Identity.Chain.Length; i++)
            {
                var delegated = Thing("agent", $"principal/{decision.Identity.Chain[i]}");
                Relate("actedOnBehalfOf", entry.Index, Digits(i), ("prov:delegate", delegated), ("prov:responsible", responsible), ("prov:activity", activity));
                responsible = delegated;
            }
        }

        Relate("used", entry.Index, "snapshot", ("prov:activity", activity), ("prov:entity", Thing("entity", $"snapshot/{decision.Snapshot.ToHex()}")));
        Relate("used", entry.Index, "request", ("prov:activity", activity), ("prov:entity", Thing("entity", $"blob/{decision.RequestPlain.ToHex()}")));
        if (decision.Permit is { } permit)
        {
            Relate("used", entry.Index, "permit", ("prov:activity", activity), ("prov:entity", Thing("entity", $"permit/{permit.Jti}")));
        }

        if (decision.Request.Parent is { } parent)
        {
            Relate("wasInformedBy", entry.Index, "parent", ("prov:informed", activity), ("prov:informant", Activity(parent)));
        }
    }

    private void Add(LineageEntry entry, OutcomeStatement outcome, DecisionStatement of)
    {
        End(of, entry, outcome.Ended, outcome.Result);
        foreach (var blob in outcome.Sealed.Where(s => s.Role == "response"))
        {
            Relate("wasGeneratedBy", entry.Index, "response", ("prov:entity", Thing("entity", $"blob/{blob.Plain.ToHex()}")), ("prov:activity", Activity(of.Request.Execution)));
        }
    }

    // An outcome that came after the execution was told to be orphaned is told too: both ends stand there, each with its entry.
    private void End(DecisionStatement of, LineageEntry entry, Timestamp end, string result)
    {
        var activity = Activity(of.Request.Execution);
        var known = _sections["activity"][activity];
        _sections["activity"][activity] = known["prov:endTime"] is null
            ? known.With("prov:endTime", JsonValue.Of(end.ToString())).With(Own("ended"), JsonValue.Of(entry.Index)).With(Own("result"), JsonValue.Of(result))
            : known.With(Own("reportedLate"), JsonValue.Of(entry.Index)).With(Own("lateResult"), JsonValue.Of(result));
    }

    private string Thing(string section, string name, params (string Name, JsonValue Value)[] members)
    {
        Put(section, Own(name), members);
        return Own(name);
    }

    private void Relate(string relation, long index, string what, params (string Name, string Value)[] ends)
        => Put(relation, $"_:{Digits(index)}-{what}", [.. ends.Select(e => (e.Name, JsonValue.Of(e.Value))), (Own("entry"), JsonValue.Of(index)), (Own("origin"), JsonValue.Of(_origin))]);

    private void Put(string section, string name, params (string Name, JsonValue Value)[] members)
    {
        if (!_sections.TryGetValue(section, out var named))
        {
            _sections.Add(section, named = new(StringComparer.Ordinal));
        }

        _ = named.TryAdd(name, JsonValue.Object(members));
    }

    private static string Activity(string execution) => Own($"execution/{execution}");

    private static string Own(string name) => $"{Prefix}:{name}";

    private static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
