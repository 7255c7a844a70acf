using System.Collections.Immutable;
using System.Text;
using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Cedar.Syntax;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Decisions;

/// <summary>
/// The load gate: a policy folder becomes a law as a whole or not at all. What is not understood is refused: a file of another kind, a policy without <c>@id</c>, a template, an unknown setting.
/// No policies at all is <see cref="DenyReason.PolicyMissing"/>; forbids alone are <see cref="DenyReason.PolicyInvalid"/>.
/// </summary>
public static class LawLoader
{
    /// <summary>The settings file of a policy folder.</summary>
    public const string SettingsPath = "obstat-policy.json";

    /// <summary>Reads the files of a folder.</summary>
    public static Law Load(IEnumerable<LawFile> folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ImmutableArray<LawFile> files = [.. folder.Where(f => !IsForTools(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal)];
        var findings = ImmutableArray.CreateBuilder<LawFinding>();
        foreach (var file in files.Where(f => KindOf(f.Path) == FileKind.None))
        {
            findings.Add(new(file.Path, 0, 0, "UnknownFile", "expected *.cedar, *.cedarschema, entities/*.json or obstat-policy.json: a misspelt file of forbids must not silently not apply", true));
        }

        var settings = ReadSettings(files, findings);
        var schema = ReadSchema(files, findings);
        var places = ImmutableDictionary.CreateBuilder<string, LawFile>(StringComparer.Ordinal);
        var policies = ReadPolicies(files, places, findings);
        var entities = ReadEntities(files, schema, findings);
        if (!findings.Any(f => f.Refuses) && policies.Policies.IsEmpty)
        {
            return new Law(files, DenyReason.PolicyMissing, findings.DrainToImmutable(), PolicySet.Empty, settings, schema, entities);
        }

        if (!policies.Policies.IsEmpty && policies.Policies.All(p => p.Effect != Effect.Permit))
        {
            findings.Add(new("", 0, 0, "NoPermit", "a set of forbids alone permits nothing: expected one permit at least", true));
        }

        return findings.Any(f => f.Refuses)
            ? new Law(files, DenyReason.PolicyInvalid, findings.DrainToImmutable(), PolicySet.Empty, PolicySettings.None, HouseSchema.Parsed, [])
            : new Law(files, DenyReason.Undecided, findings.DrainToImmutable(), policies, settings, schema, entities, places.ToImmutable());
    }

    /// <summary>The same files as a law that decides nothing, because of a finding that only the whole world showed.</summary>
    internal static Law Refuse(Law law, IEnumerable<LawFinding> findings)
        => new(law.Files, DenyReason.PolicyInvalid, law.Findings.AddRange(findings), PolicySet.Empty, PolicySettings.None, HouseSchema.Parsed, []);

    private static PolicySettings ReadSettings(ImmutableArray<LawFile> files, ImmutableArray<LawFinding>.Builder findings)
    {
        if (files.FirstOrDefault(f => f.Path == SettingsPath) is not { } file)
        {
            return PolicySettings.None;
        }

        if (PolicySettings.TryParse(file.Bytes.AsSpan(), out var settings, out var error))
        {
            return settings;
        }

        var (line, column) = Place(file, error.Offset);
        findings.Add(new(file.Path, line, column, "InvalidSettings", $"expected {error.Expected}, got {error.Got}", true));
        return PolicySettings.None;
    }

    private static Schema ReadSchema(ImmutableArray<LawFile> files, ImmutableArray<LawFinding>.Builder findings)
    {
        ImmutableArray<LawFile> own = [.. files.Where(f => KindOf(f.Path) == FileKind.Schema)];
        if (own.IsEmpty)
        {
            return HouseSchema.Parsed;
        }

        var texts = new List<string> { HouseSchema.Text };
        foreach (var file in own)
        {
            if (!TryText(file, findings, out var text))
            {
                return HouseSchema.Parsed;
            }

            texts.Add(text);
        }

        var parsed = Schema.Parse(texts);
        if (parsed.TryGet(out var schema))
        {
            return schema;
        }

        // Fragments are read together, so a complaint names its file only where there is one.
        var at = own.Length == 1 ? own[0] : null;
        findings.AddRange(parsed.Diagnostics.Select(d => Of(d, at)));
        return HouseSchema.Parsed;
    }

    private static PolicySet ReadPolicies(ImmutableArray<LawFile> files, ImmutableDictionary<string, LawFile>.Builder places, ImmutableArray<LawFinding>.Builder findings)
    {
        var all = new List<Policy>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files.Where(f => KindOf(f.Path) == FileKind.Policies))
        {
            if (!TryText(file, findings, out var text))
            {
                continue;
            }

            var parsed = PolicySet.Parse(text);
            if (!parsed.TryGet(out var set))
            {
                findings.AddRange(parsed.Diagnostics.Select(d => Of(d, file)));
                continue;
            }

            foreach (var policy in set.Policies)
            {
                if (Name(policy, file, text, ids, findings) is { } named)
                {
                    all.Add(named);
                    places[named.Id] = file;
                }
            }
        }

        var made = PolicySet.Of(all);
        if (!made.TryGet(out var policies))
        {
            findings.AddRange(made.Diagnostics.Select(d => Of(d, null)));
        }

        return policies ?? PolicySet.Empty;
    }

    private static Policy? Name(Policy policy, LawFile file, string text, HashSet<string> ids, ImmutableArray<LawFinding>.Builder findings)
    {
        var (line, column) = policy.Span.Locate(text);
        void Refuse(string code, string message) => findings.Add(new(file.Path, line, column, code, message, true));
        var before = findings.Count;
        if (!PolicyId.TryParse(policy.AnnotationOf("id"), out var id))
        {
            Refuse("MissingId", "expected @id(\"..\") of [a-z0-9][a-z0-9._-]{0,63}");
        }
        else if (!ids.Add(id.ToString()))
        {
            Refuse("DuplicateId", $"@id(\"{id}\") names two policies");
        }

        if (policy.AnnotationOf("expires") is { } expires)
        {
            if (policy.Effect != Effect.Permit)
            {
                Refuse("ExpiredForbid", "a forbid has no end: remove @expires, or remove the forbid when its time has come");
            }
            else if (!Cedar.Values.CedarDateTime.TryParse(expires, out _))
            {
                Refuse("InvalidExpires", "expected a datetime such as 2026-12-01T00:00:00Z");
            }
        }

        if (policy.AnnotationOf("approval") is { } approval && !ApprovalWanted.TryParse(approval, out _))
        {
            Refuse("InvalidApproval", "expected \"<Team id> <n>\", n from 1 to 16");
        }

        if (policy.AnnotationOf("require") is { Length: 0 })
        {
            Refuse("InvalidRequire", "expected the name of an obligation");
        }

        var named = findings.Count == before ? policy.WithId(id.ToString()) : null;
        if (named is not null)
        {
            findings.AddRange(NotTracked.ReadBy(named).Select(member => new LawFinding(
                file.Path, line, column, "NotTracked", $"policy {id} reads {member}, which nothing counts in this version: the condition would never change its answer; fix: remove it, or express the rule by context.input, context.facet or context.chain", true)));
        }

        return named;
    }

    private static ImmutableArray<Entity> ReadEntities(ImmutableArray<LawFile> files, Schema schema, ImmutableArray<LawFinding>.Builder findings)
    {
        var all = ImmutableArray.CreateBuilder<Entity>();
        var seen = new HashSet<Cedar.Values.EntityUid>();
        foreach (var file in files.Where(f => KindOf(f.Path) == FileKind.Entities))
        {
            var parsed = EntityStore.Load(file.Bytes.AsSpan(), schema);
            if (!parsed.TryGet(out var store))
            {
                findings.AddRange(parsed.Diagnostics.Select(d => Of(d, file)));
                continue;
            }

            foreach (var entity in store.Entities.Where(e => !e.Uid.IsAction))
            {
                if (!schema.EntityTypes.ContainsKey(entity.Uid.Type))
                {
                    findings.Add(new(file.Path, 0, 0, "UndeclaredEntityType", $"{entity.Uid} is of a type that no schema declares", true));
                }
                else if (!seen.Add(entity.Uid))
                {
                    findings.Add(new(file.Path, 0, 0, "DuplicateEntity", $"{entity.Uid} is given twice", true));
                }
                else
                {
                    all.Add(entity);
                }
            }
        }

        return all.DrainToImmutable();
    }

    private static bool TryText(LawFile file, ImmutableArray<LawFinding>.Builder findings, out string text)
    {
        var utf8 = file.Bytes.AsSpan();
        var right = System.Text.Unicode.Utf8.IsValid(utf8) && !utf8.StartsWith("\uFEFF"u8);
        text = right ? Encoding.UTF8.GetString(utf8) : "";
        if (!right)
        {
            findings.Add(new(file.Path, 0, 0, "InvalidUtf8", "expected UTF-8 without a byte order mark", true));
        }

        return right;
    }

    private static LawFinding Of(Diagnostic diagnostic, LawFile? file)
    {
        var (line, column) = file is null || file.Path.EndsWith(".json", StringComparison.Ordinal) || file.Path.EndsWith(".cedarschema", StringComparison.Ordinal)
            ? (0, 0)
            : diagnostic.Span.Locate(Encoding.UTF8.GetString(file.Bytes.AsSpan()));
        return new(file?.Path ?? "", line, column, diagnostic.Code.ToString(), diagnostic.Subject is null ? diagnostic.Message : $"{diagnostic.Message} [{diagnostic.Subject}]", true);
    }

    private static (int Line, int Column) Place(LawFile file, int offset)
    {
        var before = file.Bytes.AsSpan()[..Math.Min(offset, file.Bytes.Length)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    private static FileKind KindOf(string path) => path switch
    {
        SettingsPath => FileKind.Settings,
        _ when !path.Contains('/', StringComparison.Ordinal) && path.EndsWith(".cedar", StringComparison.Ordinal) => FileKind.Policies,
        _ when !path.Contains('/', StringComparison.Ordinal) && path.EndsWith(".cedarschema", StringComparison.Ordinal) => FileKind.Schema,
        _ when path.StartsWith("entities/", StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal) => FileKind.Entities,
        _ => FileKind.None,
    };

    // Read by tools and people alone, so no part of what decides: policy tests, notes, and what editors and version control leave.
    private static bool IsForTools(string path)
        => path.EndsWith(".tests.yaml", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal) || path.Split('/').Any(p => p.StartsWith('.'));

    private enum FileKind
    {
        None = 0,
        Policies,
        Schema,
        Entities,
        Settings,
    }
}
