using System.Collections.Immutable;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Core.Suggestions;

/// <summary>
/// Conditions that hold for the arguments that were seen, and for as little else as their types let them say: exact values, then enumerations, then prefixes and bounds. What has no
/// typed rule, and what is too long to stand in a policy, is left open and said.
/// </summary>
internal sealed class ArgumentRules(Schema schema, bool widens)
{
    private const int TextMax = 256;
    private const int ExactMax = 8;
    private const int EnumerationMax = 64;

    private readonly List<string> _conditions = [];
    private readonly List<string> _open = [];
    private long _combinations = 1;

    /// <summary>The conjuncts, in the order of the arguments.</summary>
    public IReadOnlyList<string> Conditions => _conditions;

    /// <summary>What they allow that was not seen, in words.</summary>
    public ImmutableArray<string> AlsoAllows(int seen) => _combinations > seen ? [.. _open, "combinations of these values that were not asked for"] : [.. _open];

    /// <summary>Adds the rules for the attributes of a record.</summary>
    /// <param name="target">The record as an expression.</param>
    /// <param name="type">Its type.</param>
    /// <param name="values">The records that were seen.</param>
    public void Add(string target, CedarType.Record type, IReadOnlyList<CedarRecord> values)
    {
        foreach (var attribute in type.Attributes)
        {
            var isName = Identifiers.IsName(attribute.Name);
            var (path, has) = isName ? ($"{target}.{attribute.Name}", $"{target} has {attribute.Name}") : ($"{target}[{Text(attribute.Name)}]", $"{target} has {Text(attribute.Name)}");
            var seen = values.Select(v => v.TryGet(attribute.Name, out var value) ? value : null).OfType<CedarValue>().ToArray();
            if (seen.Length == 0)
            {
                _conditions.Add($"!({has})");
                continue;
            }

            var rules = Of(path, attribute.Type, seen);
            if (attribute.IsRequired)
            {
                _conditions.AddRange(rules);
            }
            else if (seen.Length == values.Count)
            {
                _conditions.AddRange(rules.Prepend(has));
            }
            else if (rules.Count > 0)
            {
                _conditions.Add($"(if {has} then {string.Join(" && ", rules)} else true)");
                _open.Add($"{path} may be left out");
            }
        }
    }

    private List<string> Of(string path, CedarType type, CedarValue[] seen)
    {
        if (type is CedarType.Record record)
        {
            var inner = new ArgumentRules(schema, widens);
            inner.Add(path, record, [.. seen.Cast<CedarRecord>()]);
            _open.AddRange(inner._open);
            _combinations = Times(_combinations, inner._combinations);
            return [.. inner._conditions];
        }

        var distinct = seen.Distinct().ToArray();
        return distinct switch
        {
            [CedarString, ..] => OfTexts(path, [.. distinct.Cast<CedarString>().Select(t => t.Value).Order(StringComparer.Ordinal)]),
            [CedarLong, ..] => OfNumbers(path, distinct, [.. distinct.Cast<CedarLong>().OrderBy(n => n.Value)], (low, high) => $"{path} >= {low} && {path} <= {high}"),
            [CedarDecimal, ..] => OfNumbers(path, distinct, [.. distinct.Cast<CedarDecimal>().OrderBy(n => n.Units)],
                (low, high) => $"{path}.greaterThanOrEqual({low}) && {path}.lessThanOrEqual({high})"),
            [CedarSet, ..] => OfSets(path, type, [.. distinct.Cast<CedarSet>()]),
            [EntityUid, ..] when !IsEnumerated(type) => Open($"any {path}: its type is opaque to policies"),
            [CedarBool, _] => Open($"either value of {path}"),
            _ => OfFew(path, distinct),
        };
    }

    private List<string> OfTexts(string path, ImmutableArray<string> texts)
    {
        if (texts.Any(t => t.Length > TextMax || t.Any(char.IsControl)))
        {
            return Open($"any {path}: a value is longer than a policy should hold, or has control characters");
        }

        if (!(widens ? texts.Any(t => t.Contains('/', StringComparison.Ordinal)) : texts.Length > ExactMax) || PrefixOf(texts) is not { Length: > 1 } prefix)
        {
            return texts.Length <= EnumerationMax ? OfFew(path, [.. texts.Select(t => CedarValue.Of(t))]) : Open($"any {path}: {texts.Length} values without a common beginning");
        }

        _ = Open($"every {path} that begins with {Text(prefix)}");
        var pattern = Text(prefix).Replace("*", "\\*", StringComparison.Ordinal);
        return prefix.Contains('/', StringComparison.Ordinal) ? [$"{path} like {pattern[..^1]}*\"", $"!({path} like \"*..*\")"] : [$"{path} like {pattern[..^1]}*\""];
    }

    private bool IsEnumerated(CedarType type) => type is CedarType.Entity entity && schema.EntityTypes.TryGetValue(entity.Name, out var declared) && declared.IsEnum;

    private static string Text(string text) => CedarValue.Of(text).ToString();

    // Up to the last separator that all have, so that no name is cut in two.
    private static string PrefixOf(ImmutableArray<string> texts)
    {
        var common = texts[0];
        foreach (var text in texts)
        {
            var length = 0;
            while (length < Math.Min(common.Length, text.Length) && common[length] == text[length])
            {
                length++;
            }

            common = common[..length];
        }

        return common[..(common.LastIndexOfAny(['/', ':']) + 1)];
    }

    private List<string> OfNumbers<T>(string path, CedarValue[] distinct, T[] sorted, Func<T, T, string> between)
        where T : CedarValue
    {
        if (widens ? sorted.Length == 1 : sorted.Length <= 3)
        {
            return OfFew(path, distinct);
        }

        _ = Open($"every {path} from {sorted[0]} to {sorted[^1]}");
        return [between(sorted[0], sorted[^1])];
    }

    private List<string> OfSets(string path, CedarType type, ImmutableArray<CedarSet> sets)
    {
        var members = sets.SelectMany(s => s.Elements).Distinct().ToArray();
        if (members.Length == 0)
        {
            return [$"{path}.isEmpty()"];
        }

        if (members.Length > EnumerationMax || type is not CedarType.Set { Element: { } element } || element is CedarType.Record or CedarType.Set || (element is CedarType.Entity && !IsEnumerated(element))
            || members.OfType<CedarString>().Any(t => t.Value.Length > TextMax || t.Value.Any(char.IsControl)))
        {
            return Open($"any {path}: its elements have no typed rule, or are too many or too long");
        }

        if (members.Length > 1 || sets.Length > 1)
        {
            _ = Open($"every part of {path} within {CedarValue.SetOf(members)}");
        }

        return [$"{CedarValue.SetOf(members)}.containsAll({path})"];
    }

    private List<string> OfFew(string path, CedarValue[] distinct)
    {
        _combinations = Times(_combinations, distinct.Length);
        return [distinct.Length == 1 ? $"{path} == {distinct[0]}" : $"[{string.Join(", ", distinct.Select(v => v.ToString()))}].contains({path})"];
    }

    private List<string> Open(string what)
    {
        _open.Add(what);
        return [];
    }

    private static long Times(long a, long b) => Math.Min(a, int.MaxValue) * Math.Min(b, int.MaxValue);
}
