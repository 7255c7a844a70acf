using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Core.Lineage;

/// <summary>
/// Executions as OpenLineage run events (2-0-2), one JSON object each, in the order of the log: allow = START, succeeded = COMPLETE, failed = FAIL, killed, expired, refused and orphaned = ABORT, everything
/// else OTHER. A run's id is the execution's 128 bits; its own facet says which entry proves the event. A view: evidence is the ledger.
/// </summary>
public static class OpenLineageEvents
{
    private const string Producer = "https://execution.example/evidence/lineage";
    private const string Schema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
    private const string ParentSchema = "https://openlineage.io/spec/facets/1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet";
    private const string OwnSchema = "https://execution.example/evidence/lineage/v1#entry";

    /// <summary>The events of these entries. An end whose decision is not among them is left out: nothing here says what ended.</summary>
    public static IEnumerable<JsonValue> Of(string origin, IEnumerable<LineageEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var decisions = new Dictionary<long, DecisionStatement>();
        var actions = new Dictionary<string, string>(StringComparer.Ordinal); // by execution
        foreach (var entry in entries.OrderBy(e => e.Index))
        {
            switch (entry.Statement)
            {
                case DecisionStatement { IsAllowed: true } decision when RunId(decision.Request.Execution) is not null:
                    decisions[entry.Index] = decision;
                    actions[decision.Request.Execution] = decision.Request.Action;
                    yield return Event(origin, entry, decision, "START", decision.Time, actions, [$"blob/{decision.RequestPlain.ToHex()}", $"snapshot/{decision.Snapshot.ToHex()}"], []);
                    break;
                case OutcomeStatement outcome when decisions.TryGetValue(outcome.Decision.Index, out var of):
                    var type = outcome.Result switch { "succeeded" => "COMPLETE", "failed" => "FAIL", "killed" or "expired" or "refused" => "ABORT", _ => "OTHER" };
                    yield return Event(origin, entry, of, type, outcome.Ended, actions, [], outcome.Sealed.Where(s => s.Role == "response").Select(s => $"blob/{s.Plain.ToHex()}"));
                    break;
                case OrphanedStatement orphaned when decisions.TryGetValue(orphaned.Decision.Index, out var of):
                    yield return Event(origin, entry, of, "ABORT", orphaned.Time, actions, [], []);
                    break;
                default:
                    break;
            }
        }
    }

    private static JsonValue Event(
        string origin, LineageEntry entry, DecisionStatement of, string type, Timestamp time, Dictionary<string, string> actions, IEnumerable<string> inputs, IEnumerable<string> outputs)
    {
        var facets = new List<(string, JsonValue)>
        {
            ("execution", Facet(
                OwnSchema, ("origin", JsonValue.Of(origin)), ("index", JsonValue.Of(entry.Index)), ("statement", JsonValue.Of(entry.Digest.ToHex())), ("jti", JsonValue.Of(of.Permit?.Jti)))),
        };
        if (of.Request.Parent is { } parent && RunId(parent) is { } run)
        {
            facets.Add(("parent", Facet(
                ParentSchema, ("run", JsonValue.Object(("runId", JsonValue.Of(run)))), ("job", Job(origin, actions.GetValueOrDefault(parent) ?? "unknown")))));
        }

        return JsonValue.Object(
            ("eventType", JsonValue.Of(type)),
            ("eventTime", JsonValue.Of(time.ToString())),
            ("producer", JsonValue.Of(Producer)),
            ("schemaURL", JsonValue.Of(Schema)),
            ("run", JsonValue.Object(("runId", JsonValue.Of(RunId(of.Request.Execution))), ("facets", JsonValue.Object([.. facets])))),
            ("job", Job(origin, of.Request.Action)),
            ("inputs", Datasets(origin, inputs)),
            ("outputs", Datasets(origin, outputs)));
    }

    private static JsonValue Facet(string schema, params (string Name, JsonValue Value)[] members) => JsonValue.Object([("_producer", JsonValue.Of(Producer)), ("_schemaURL", JsonValue.Of(schema)), .. members]);

    private static JsonValue Job(string origin, string action) => JsonValue.Object(("namespace", JsonValue.Of(origin)), ("name", JsonValue.Of(action)));

    private static JsonValue Datasets(string origin, IEnumerable<string> names) => JsonValue.Array(names.Select(n => JsonValue.Object(("namespace", JsonValue.Of(origin)), ("name", JsonValue.Of(n)))));

    /// <summary>128 bits as a UUID's text; null for what is no execution.</summary>
    private static string? RunId(string execution) => Base64Url.TryDecode(execution, out var bytes) && bytes.Length == 16 ? new Guid(bytes, bigEndian: true).ToString() : null;
}
