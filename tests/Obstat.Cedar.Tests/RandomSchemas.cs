using System.Globalization;

namespace Obstat.Cedar.Tests;

/// <summary>Makes schemas from a seed: several namespaces, types used before their definition, optional and quoted names, enumerations, tags, groups of actions.</summary>
internal sealed class RandomSchemas(int seed)
{
    private static readonly string[] Quoted = ["\"a b\"", "\"if\"", "\"\\u{1F600}\"", "\"\\\"\"", "\"é\"", "\"\\n\""];
    private static readonly string[] BuiltIn = ["Long", "String", "Bool", "ipaddr", "decimal", "datetime", "duration", "__cedar::Long"];
    private readonly Random _random = new(seed);

    public string Text()
    {
        var blocks = new List<string> { Block("") };
        for (var n = _random.Next(3); n > 0; n--)
        {
            blocks.Add($"{Annotations()}namespace {Pick("N", "M::P", "Q")}{N(n)} {{\n{Block("x" + N(n))}\n}}");
        }

        return string.Join("\n", blocks.OrderBy(_ => _random.Next()));
    }

    private string Block(string suffix)
    {
        var entities = Enumerable.Range(0, 1 + _random.Next(4)).Select(i => $"E{N(i)}{suffix}").ToList();
        var aliases = Enumerable.Range(0, _random.Next(3)).Select(i => $"T{N(i)}{suffix}").ToList();
        var items = new List<string>();
        for (var i = 0; i < entities.Count; i++)
        {
            var parents = _random.Next(2) == 0 ? "" : $" in [{string.Join(", ", entities.Where(_ => _random.Next(2) == 0).DefaultIfEmpty(entities[0]))}]";
            var shape = _random.Next(4) == 0 ? "" : $" {Pick("", "= ")}{Record(entities, aliases, 2)}";
            items.Add($"{Annotations()}entity {entities[i]}{parents}{shape}{(_random.Next(4) == 0 ? " tags " + Type(entities, aliases, 1) : "")};");
        }

        items.Add($"entity Enum{suffix} enum [\"a\", {Pick(Quoted)}];");
        for (var i = 0; i < aliases.Count; i++)
        {
            // An alias names only those behind it: no cycles.
            items.Add($"{Annotations()}type {aliases[i]} = {Type(entities, aliases[(i + 1)..], 2)};");
        }

        items.Add($"action group{suffix};");
        for (var i = _random.Next(4); i > 0; i--)
        {
            var groups = _random.Next(2) == 0 ? "" : $" in [group{suffix}]";
            var applies = _random.Next(3) == 0 ? "" : $" appliesTo {{ principal: [{entities[0]}], resource: [{string.Join(", ", entities)}]{(_random.Next(2) == 0 ? "" : ", context: " + Record(entities, aliases, 2))} }}";
            items.Add($"{Annotations()}action {Pick($"a{N(i)}{suffix}", $"\"a b{N(i)}{suffix}\"")}{groups}{applies};");
        }

        return string.Join("\n", items.OrderBy(_ => _random.Next()));
    }

    private string Record(List<string> entities, List<string> aliases, int depth)
    {
        var names = new[] { "a", "b", "when", Pick(Quoted) }.Where(_ => _random.Next(3) > 0);
        return $"{{ {string.Join(", ", names.Select(n => $"{n}{Pick("", "?")}: {Type(entities, aliases, depth)}"))} }}";
    }

    private string Type(List<string> entities, List<string> aliases, int depth) => _random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => Pick([.. entities]),
        1 when aliases.Count > 0 => Pick([.. aliases]),
        4 => $"Set<{Type(entities, aliases, depth - 1)}>",
        5 => Record(entities, aliases, depth - 1),
        _ => Pick(BuiltIn),
    };

    private string Annotations() => _random.Next(5) == 0 ? $"@doc(\"{Pick("", "a", "é")}\") " : "";

    private string Pick(params string[] items) => items[_random.Next(items.Length)];

    private static string N(int value) => value.ToString(CultureInfo.InvariantCulture);
}
