using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Obstat.Cedar.Bench;

/// <summary>The official engine in a process of its own, measured run by run between ours. Absent where its npm package is not installed.</summary>
internal sealed class Official : IDisposable
{
    private readonly Process _node;
    private readonly List<double> _runs = [];

    private Official(Process node) => _node = node;

    /// <summary>Nanoseconds a request, median of the runs.</summary>
    public double Median => _runs.Order().ElementAt(_runs.Count / 2);

    /// <summary>The requests of the last run whose decision was not the expected one.</summary>
    public int Wrong { get; private set; }

    public static Official? Start(Workload workload)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Obstat.slnx")))
        {
            root = root.Parent;
        }

        var npm = Path.Combine(root?.FullName ?? ".", "tests", "npm");
        if (!Directory.Exists(Path.Combine(npm, "node_modules", "@cedar-policy", "cedar-wasm")))
        {
            return null;
        }

        var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(root!.FullName, "bench", "Obstat.Cedar.Bench", "official.mjs"), npm])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
        })!;
        var official = new Official(node);
        var policies = JsonSerializer.Serialize(workload.Policies.Policies.ToDictionary(p => p.Id, p => p.ToText()));
        var decisions = JsonSerializer.Serialize(workload.Decisions.Select(d => d.Split(' ')[0]));
        _ = official.Ask($"{{\"policies\":{policies},\"schema\":{workload.SchemaJson},\"entities\":{workload.EntitiesJson},\"requests\":[{string.Join(",", workload.Json)}],\"decisions\":{decisions}}}");
        return official;
    }

    public void Run(bool isWarmUp)
    {
        var answer = Ask(isWarmUp ? "700" : "300");
        Wrong = answer.GetProperty("wrong").GetInt32();
        if (!isWarmUp)
        {
            _runs.Add(answer.GetProperty("ns").GetDouble());
        }
    }

    public void Dispose()
    {
        _node.StandardInput.Close();
        _node.WaitForExit();
        _node.Dispose();
    }

    private JsonElement Ask(string line)
    {
        _node.StandardInput.WriteLine(line.ReplaceLineEndings(" "));
        _node.StandardInput.Flush();
        return JsonElement.Parse(_node.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the official engine ended"));
    }
}
