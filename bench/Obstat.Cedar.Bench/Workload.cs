using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Bench;

/// <summary>One workload of the vectors: policies, entities, requests, and the official decisions that every measured engine must repeat.</summary>
internal sealed class Workload
{
    private Workload(string name, PolicySet policies, Schema schema, EntityStore entities, Request[] requests, string[] json, string[] decisions) =>
        (Name, Policies, Schema, Entities, Requests, Json, Decisions) = (name, policies, schema, entities, requests, json, decisions);

    public string Name { get; }

    public PolicySet Policies { get; }

    public Schema Schema { get; }

    public EntityStore Entities { get; }

    public Request[] Requests { get; }

    /// <summary>The requests as JSON.</summary>
    public string[] Json { get; }

    public string[] Decisions { get; }

    public required string PolicyText { get; init; }

    public required string SchemaJson { get; init; }

    public required string EntitiesJson { get; init; }

    public static Workload Read(string folder)
    {
        var (policyText, entityText) = (Text(folder, "policies.cedar.gz"), Text(folder, "entities.json.gz"));
        var policies = PolicySet.Parse(policyText).Require();
        var schemaJson = File.Exists(Path.Combine(folder, "schema.cedarschema.gz"))
            ? SchemaFragment.Parse(Text(folder, "schema.cedarschema.gz")).Require().ToJson()
            : Text(folder, "schema.json.gz");
        var schema = Schema.ParseJson(schemaJson).Require();
        var entities = EntityStore.Load(entityText, schema).Require();
        var items = JsonElement.Parse(Text(folder, "requests.json.gz")).EnumerateArray().ToArray();
        var contexts = items.Select(i => i.TryGetProperty("context", out var c) ? c.GetRawText() : "{}").ToArray();
        var requests = items.Select((item, i) =>
        {
            var action = Uid(item.GetProperty("action"));
            return new Request(
                Uid(item.GetProperty("principal")), action, Uid(item.GetProperty("resource")), ContextReader.Parse(contexts[i], schema.Actions.GetValueOrDefault(action)?.Context).Require());
        }).ToArray();
        var decisions = JsonElement.Parse(Text(folder, "decisions.json.gz")).EnumerateArray()
            .Select(d => $"{d.GetProperty("decision")} {Sorted(d, "reason")} {Sorted(d, "errors")}").ToArray();
        return new(Path.GetFileName(folder), policies, schema, entities, requests, [.. items.Select(i => i.GetRawText())], decisions)
        {
            PolicyText = policyText,
            SchemaJson = schemaJson,
            EntitiesJson = entityText,
        };
    }

    /// <summary>The requests whose answer differs from the official one.</summary>
    public int Mismatches(FastEvaluator fast) => Requests.Where((request, i) =>
    {
        var answer = fast.Decide(request, Mode.Standard);
        var errors = answer.Errors.Select(e => e.PolicyId);
        return Decisions[i] != $"{(answer.Decision == Decision.Allow ? "allow" : "deny")} {string.Join(",", answer.Reasons)} {string.Join(",", errors)}";
    }).Count();

    private static string Sorted(JsonElement json, string name) =>
        string.Join(",", json.GetProperty(name).EnumerateArray().Select(e => e.GetString()!).Order(StringComparer.Ordinal));

    private static EntityUid Uid(JsonElement json)
    {
        var inner = json.TryGetProperty("__entity", out var wrapped) ? wrapped : json;
        return new(inner.GetProperty("type").GetString()!, inner.GetProperty("id").GetString()!);
    }

    private static string Text(string folder, string name)
    {
        using var zip = new GZipStream(File.OpenRead(Path.Combine(folder, name)), CompressionMode.Decompress);
        using var reader = new StreamReader(zip, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
