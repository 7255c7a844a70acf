using System.Globalization;
using System.Text;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Fast;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Validation;

namespace Obstat.Cedar.Bench;

/// <summary>What it takes to put a set in force: reading, strict validation, compiling. Processor time of this process, once cold and the median of five warm ones.</summary>
internal static class Loads
{
    public static void Measure(string folder)
    {
        Console.WriteLine($"{"load",-34}{"parse ms",10}{"validate",10}{"compile",10}{"all ms",10}{"cold ms",10}");
        var workload = Workload.Read(Path.Combine(folder, "agent-2000"));
        Report("2,000 policies (agent-2000)", workload.PolicyText, () => workload.Schema, workload.Entities);
        var (schema, policies) = ManyActions(10_000);
        Report("10,000 actions, 2,000 policies", policies, () => Schema.Parse(schema).Require(), EntityStore.Empty);
    }

    private static void Report(string name, string policies, Func<Schema> schemaOf, EntityStore entities)
    {
        var runs = Enumerable.Range(0, 6).Select(_ => Load(policies, schemaOf, entities)).ToArray();
        double Median(Func<double[], double> of) => runs.Skip(1).Select(of).Order().ElementAt(2);
        Console.WriteLine($"{name,-34}{Median(r => r[0]),10:F0}{Median(r => r[1]),10:F0}{Median(r => r[2]),10:F0}{Median(r => r.Sum()),10:F0}{runs[0].Sum(),10:F0}");
    }

    private static double[] Load(string policies, Func<Schema> schemaOf, EntityStore entities)
    {
        GC.Collect();
        var start = Environment.CpuUsage.TotalTime;
        var schema = schemaOf();
        var set = PolicySet.Parse(policies).Require();
        var parsed = Environment.CpuUsage.TotalTime;
        if (!Validator.Check(set, schema).IsStrictlyValid)
        {
            throw new InvalidOperationException("the set is not valid");
        }

        var valid = Environment.CpuUsage.TotalTime;
        _ = new FastEvaluator(set, entities);
        return [(parsed - start).TotalMilliseconds, (valid - parsed).TotalMilliseconds, (Environment.CpuUsage.TotalTime - valid).TotalMilliseconds];
    }

    /// <summary>A server of many tools: each an action with a context of its own, in one of ten groups; policies name actions, groups, and nothing.</summary>
    private static (string Schema, string Policies) ManyActions(int count)
    {
        var schema = new StringBuilder("entity Team; entity User in [Team] { level: Long }; entity Server;\n");
        var policies = new StringBuilder();
        for (var i = 0; i < 10; i++)
        {
            _ = schema.Append(CultureInfo.InvariantCulture, $"action group{i};\n");
        }

        for (var i = 0; i < count; i++)
        {
            _ = schema.Append(CultureInfo.InvariantCulture, $"action \"tool-{i}\" in [group{i % 10}] appliesTo {{ principal: [User], resource: [Server], context: {{ n{i % 7}: Long, s?: String, ok: Bool }} }};\n");
        }

        for (var i = 0; i < 2000; i++)
        {
            _ = policies.Append(i % 100 == 99
                ? $"forbid(principal, action in Action::\"group{i / 100 % 10}\", resource) when {{ !context.ok && principal.level < {i} }};\n"
                : $"permit(principal in Team::\"t{i % 50}\", action == Action::\"tool-{i * 5}\", resource) when {{ context.n{i * 5 % 7} > {i} && context has s && context.s like \"a*{i}\" }};\n");
        }

        return (schema.ToString(), policies.ToString());
    }
}
