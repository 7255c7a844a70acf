using System.Text.Json;
using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;
using Obstat.Core.Decisions;
using Obstat.Tests;
using Decision = Obstat.Core.Decisions.Decision;

namespace Obstat.Core.Tests.Decisions;

public class HouseVectorTests
{
    [Fact]
    public void The_sample_house_is_decided_as_its_vectors_say()
    {
        using var file = JsonDocument.Parse(Vectors.Bytes("cedar/plane/plane.json"));
        var root = file.RootElement;
        var schema = Schema.Parse(root.GetProperty("schema").EnumerateArray().Select(s => Text(s.GetString()!))).Require();
        var store = EntityStore.Load(root.GetProperty("entities").GetRawText(), schema).Require();
        var policies = PolicySet.Parse(Text(root.GetProperty("policies").GetString()!)).Require().RenamedBy("id").Require();
        var judged = 0;
        foreach (var row in root.GetProperty("requests").EnumerateArray())
        {
            var name = row.GetProperty("name").GetString();
            var request = new Request(Uid(row, "principal"), Uid(row, "action"), Uid(row, "resource"), ContextReader.Parse(row.GetProperty("context").GetRawText()).Require());
            var absent = new Entity(request.Resource, request.Context, [request.Principal, request.Action, request.Resource]).References().Where(uid => !store.IsPresent(uid)).Select(uid => uid.ToString()).ToArray();
            var answer = Evaluator.Decide(policies, store, request, Mode.Strict);
            var decision = absent.Length > 0 ? Decision.DenyMissing(absent) : Decision.From(new Verdicts(
                [.. answer.Permits.Select(Id)], [.. answer.Forbids.Select(Id)], [.. answer.Errors.Select(e => new PolicyFailure(Id(e.PolicyId), e.Kind.ToString()))],
                [.. answer.Missing.Select(m => m.Entity.ToString())]));
            Assert.True(decision.IsAllowed == (row.GetProperty("planeDecision").GetString() == "allow"), $"{name}: {decision.Reason}");
            if (row.TryGetProperty("planeReason", out var reason))
            {
                Assert.True(decision.Reason.ToString() == reason.GetString(), $"{name}: {decision.Reason}");
            }

            judged++;
        }

        Assert.Equal(14, judged);
    }

    private static string Text(string name) => System.Text.Encoding.UTF8.GetString(Vectors.Bytes("cedar/plane/" + name));

    private static PolicyId Id(string id) => PolicyId.TryParse(id, out var parsed) ? parsed : throw new FormatException(id);

    private static EntityUid Uid(JsonElement row, string name) => new(row.GetProperty(name).GetProperty("type").GetString()!, row.GetProperty(name).GetProperty("id").GetString()!);
}
