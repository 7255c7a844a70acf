using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Values;
using Obstat.Core.Decisions;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Suggestions;

/// <summary>
/// Drafts the least policies that would have allowed what was refused: one permit for each principal, action and resource, and one more exception in each forbid that stood against it.
/// Nothing is put in force. A draft is shown only if the refusals are allowed when they are decided again with it.
/// </summary>
public static class Suggester
{
    private const string FileName = "suggested";

    /// <summary>Drafts.</summary>
    /// <param name="files">The policy folder.</param>
    /// <param name="refusals">The refusals, decided again under that folder.</param>
    /// <param name="widens">Whether prefixes and bounds come before exact values.</param>
    /// <param name="again">Decides the refusal of an entry under other files; null where it cannot be decided.</param>
    public static SuggestionSet Draft(ImmutableArray<LawFile> files, IReadOnlyList<RefusedCall> refusals, bool widens, Func<ImmutableArray<LawFile>, long, Decided?> again)
    {
        ArgumentNullException.ThrowIfNull(refusals);
        ArgumentNullException.ThrowIfNull(again);
        var (now, drafted) = (files, ImmutableArray.CreateBuilder<Suggestion>());
        var left = ImmutableSortedDictionary.CreateBuilder<long, string>();
        foreach (var refusal in refusals.Where(r => r.Decided.Asked is null || r.Decided.Decision.IsAllowed || r.Decided.Decision.Reason is not (DenyReason.NotPermitted or DenyReason.Forbidden)))
        {
            left[refusal.Entry] = refusal.Decided.Decision.IsAllowed ? "the policies of now allow it"
                : $"{refusal.Decided.Decision.Reason.ToCode()}: no permit would change that";
        }

        foreach (var group in refusals.Where(r => !left.ContainsKey(r.Entry)).GroupBy(r => (r.Decided.Asked!.Principal, r.Decided.Asked.Action, r.Decided.Asked.Resource)).OrderBy(g => g.Min(r => r.Entry)))
        {
            var calls = group.OrderBy(r => r.Entry).ToArray();
            var id = FreeId(now, group.Key.Action, group.Key.Resource);
            var rules = RulesOf(calls, widens);
            var (next, narrowed) = Narrow(now, calls, rules.Conditions);
            var text = PermitOf(id, calls, rules.Conditions);
            next = Append(next, text);
            var covered = refusals.Where(r => !left.ContainsKey(r.Entry) && !drafted.Any(d => d.Covers.Contains(r.Entry)) && again(next, r.Entry) is { Decision.IsAllowed: true }).Select(r => r.Entry).Order().ToImmutableArray();
            if (calls.All(c => covered.Contains(c.Entry)))
            {
                now = next;
                drafted.Add(new Suggestion(id, text, narrowed, covered, rules.AlsoAllows(calls.Select(c => InputOf(c)).Distinct().Count())));
                continue;
            }

            foreach (var call in calls)
            {
                var because = again(next, call.Entry) is { Decision.IsAllowed: false } still ? $"{still.Decision.Reason.ToCode()} {string.Join(", ", still.Snapshot.Law.Findings.Where(f => f.Refuses).Select(f => f.ToString()).Take(3))}" : "it cannot be decided";
                left[call.Entry] = $"a draft did not help: {because}";
            }
        }

        return new SuggestionSet(drafted.DrainToImmutable(), now, left.ToImmutable());
    }

    private static ArgumentRules RulesOf(RefusedCall[] calls, bool widens)
    {
        var asked = calls[0].Decided.Asked!;
        var types = calls[0].Decided.Snapshot.World.Types;
        var rules = new ArgumentRules(types, widens);

        // What a client says of itself, and where it stands in a list, is nothing that a permit should go by.
        if (asked.Action.Type == CedarNames.McpAction && asked.Action.Id is "connect" or "list")
        {
            return rules;
        }

        if (types.Actions.TryGetValue(asked.Action, out var action) && action.Context.TryGet("input", out var input) && input.Type is CedarType.Record record)
        {
            rules.Add("context.input", record, [.. calls.Select(InputOf)]);
        }

        return rules;
    }

    private static CedarRecord InputOf(RefusedCall call) => call.Decided.Asked!.Context.TryGet("input", out var input) ? (CedarRecord)input : CedarRecord.Empty;

    private static string PermitOf(string id, RefusedCall[] calls, IReadOnlyList<string> conditions)
    {
        var asked = calls[0].Decided.Asked!;
        var entries = string.Join(", ", calls.Take(8).Select(c => c.Entry.ToString(CultureInfo.InvariantCulture)));
        var text = new StringBuilder()
            .Append("@id(\"").Append(id).Append("\")\n")
            .Append("@title(\"Drafted from refusals, entries ").Append(entries).Append(calls.Length > 8 ? " .." : "").Append("; reviewed by nobody yet\")\n")
            .Append("permit (\n  principal == ").Append(asked.Principal).Append(",\n  action == ").Append(asked.Action).Append(",\n  resource == ").Append(asked.Resource).Append("\n)");
        return (conditions.Count == 0 ? text : text.Append("\nwhen {\n  ").AppendJoin(" &&\n  ", conditions).Append("\n}")).Append(";\n").ToString();
    }

    private static (ImmutableArray<LawFile> Files, ImmutableArray<string> Narrowed) Narrow(ImmutableArray<LawFile> files, RefusedCall[] calls, IReadOnlyList<string> conditions)
    {
        var asked = calls[0].Decided.Asked!;
        var forbids = calls.Where(c => c.Decided.Decision.Reason == DenyReason.Forbidden).SelectMany(c => c.Decided.Decision.Policies).Distinct().OrderBy(id => id.ToString(), StringComparer.Ordinal).ToArray();
        var exception = string.Join(" &&\n  ", [$"principal == {asked.Principal}", $"action == {asked.Action}", $"resource == {asked.Resource}", .. conditions]);
        foreach (var forbid in forbids)
        {
            foreach (var file in files.Where(f => f.Path.EndsWith(".cedar", StringComparison.Ordinal)))
            {
                // The file may have changed by a draft before, so places are read anew.
                var text = Encoding.UTF8.GetString(file.Bytes.AsSpan());
                if (Cedar.PolicySet.Parse(text).TryGet(out var set) && set.Policies.FirstOrDefault(p => p.AnnotationOf("id") == forbid.ToString()) is { } policy
                    && text.LastIndexOf(';', policy.Span.Start + policy.Span.Length - 1) is var end && end > policy.Span.Start)
                {
                    files = files.Replace(file, file with { Bytes = [.. Encoding.UTF8.GetBytes($"{text[..end]}\nunless {{\n  {exception}\n}}{text[end..]}")] });
                    break;
                }
            }
        }

        return (files, [.. forbids.Select(f => f.ToString())]);
    }

    private static ImmutableArray<LawFile> Append(ImmutableArray<LawFile> files, string permit)
    {
        var path = FileName + ".cedar";
        var file = files.FirstOrDefault(f => f.Path == path);
        return file is null
            ? files.Add(new LawFile(path, [.. Encoding.UTF8.GetBytes("// Drafted from refusals. Read each, change what is too wide, then activate.\n\n" + permit)]))
            : files.Replace(file, file with { Bytes = [.. file.Bytes, .. Encoding.UTF8.GetBytes("\n" + permit)] });
    }

    private static string FreeId(ImmutableArray<LawFile> files, EntityUid action, EntityUid resource)
    {
        var name = new string([.. $"{resource.Id}.{action.Id}".ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' ? c : '-').Take(40)]);
        var all = string.Concat(files.Where(f => f.Path.EndsWith(".cedar", StringComparison.Ordinal)).Select(f => Encoding.UTF8.GetString(f.Bytes.AsSpan())));
        for (var n = 1; ; n++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{FileName}.{name}.{n}");
            if (!all.Contains($"@id(\"{id}\")", StringComparison.Ordinal))
            {
                return id;
            }
        }
    }
}
