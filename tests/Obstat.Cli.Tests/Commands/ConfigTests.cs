using System.Text.Json;

namespace Obstat.Cli.Tests.Commands;

/// <summary><c>config show</c>: every value, where it comes from, and no secret.</summary>
public sealed class ConfigTests : IDisposable
{
    private readonly Running _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Every_value_is_shown_with_its_origin()
    {
        File.WriteAllText(_run.In("obstat.json"), """{ "tenant": "demo", "limits": { "permit": "20s", }, }""");
        var run = _run.Obstat("config", "show", "--output", "json");
        Assert.True(run.Code == 0, run.Error);
        var values = JsonDocument.Parse(run.Out).RootElement.GetProperty("values").EnumerateArray().ToDictionary(v => v.GetProperty("member").GetString()!, v => (v.GetProperty("value"), v.GetProperty("origin").GetString()));
        Assert.Equal(("demo", "obstat.json"), (values["tenant"].Item1.GetString(), values["tenant"].Item2));
        Assert.Equal(("20s", "obstat.json"), (values["limits.permit"].Item1.GetString(), values["limits.permit"].Item2));
        Assert.Equal(("1h", "default"), (values["limits.token"].Item1.GetString(), values["limits.token"].Item2));
        Assert.Equal(("127.0.0.1:7073", "default"), (values["listen.gateway"].Item1.GetString(), values["listen.gateway"].Item2));

        // Whatever the format has is shown: the schema for editors names nothing that is left out.
        var schema = JsonDocument.Parse(_run.Obstat("config", "schema").Out).RootElement.GetProperty("properties").EnumerateObject()
            .SelectMany(p => p.Value.TryGetProperty("properties", out var inner) ? inner.EnumerateObject().Select(i => $"{p.Name}.{i.Name}") : [p.Name]);
        Assert.Equal(["$schema", "gateway.servers"], schema.Where(m => !values.ContainsKey(m)).Order(StringComparer.Ordinal));
        Assert.Contains("default", _run.Obstat("config", "show", "--origin").Out, StringComparison.Ordinal);
        Assert.DoesNotContain("default", _run.Obstat("config", "show").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_is_neither_read_nor_shown()
    {
        File.WriteAllText(_run.In("key"), "SECRET-IN-FILE");
        File.WriteAllText(_run.In("touch.sh"), "touch ran; echo SECRET-OF-COMMAND");
        File.WriteAllText(_run.In("obstat.json"), """
            { "gateway": { "servers": { "s": { "command": "sh", "args": ["x"], "env": { "A": { "file": "key" }, "B": { "env": "SECRET_NAME" }, "C": { "command": ["sh", "touch.sh"] }, "D": "SECRET-IN-PLAIN" } } } } }
            """);
        foreach (var form in (string[][])[["config", "show"], ["config", "show", "--origin"], ["config", "show", "--output", "json"]])
        {
            var run = _run.Obstat(form);
            Assert.True(run.Code == 0, run.Error);
            Assert.DoesNotContain("SECRET-", run.Out + run.Error, StringComparison.Ordinal);
            Assert.Contains("env SECRET_NAME", run.Out, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(_run.In("ran")));
    }

    [Fact]
    public void A_file_that_is_not_understood_shows_nothing()
    {
        File.WriteAllText(_run.In("obstat.json"), """{ "tennant": "demo" }""");
        var run = _run.Obstat("config", "show");
        Assert.Equal((2, ""), (run.Code, run.Out));
        Assert.Contains("did you mean", run.Error, StringComparison.Ordinal);
    }
}
