using System.Collections.Immutable;
using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Schemas;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Decisions;

/// <summary>
/// The part <em>law</em> of a snapshot: policies, schema and hand-written entities. It decides only if it loaded as a whole; otherwise it says why it decides nothing.
/// Made by <see cref="LawLoader"/>.
/// </summary>
public sealed class Law
{
    private readonly ImmutableDictionary<string, LawFile> _places;
    private readonly Lazy<bool> _readsTime;

    internal Law(
        ImmutableArray<LawFile> files, DenyReason reason, ImmutableArray<LawFinding> findings, PolicySet policies, PolicySettings settings, Schema schema, ImmutableArray<Entity> entities,
        ImmutableDictionary<string, LawFile>? places = null)
    {
        _places = places ?? ImmutableDictionary<string, LawFile>.Empty;
        (Files, Reason, Findings, Policies, Settings, Schema, Entities) = (files, reason, findings, policies, settings, schema, entities);
        _readsTime = new(() => Policies.Policies.Any(ContextMembers.ReadsTime));
        PolicyBytes = LawFile.Frame(files.Where(f => IsPolicyFile(f.Path)));
        SchemaBytes = LawFile.Frame(files.Where(f => IsSchemaFile(f.Path)).Append(new LawFile(HouseSchemaPath, [.. System.Text.Encoding.UTF8.GetBytes(HouseSchema.Text)])));
        EntityBytes = LawFile.Frame(files.Where(f => IsEntityFile(f.Path)));
        (PolicyDigest, SchemaDigest, EntityDigest) = (Digest.Of(PolicyBytes.Span), Digest.Of(SchemaBytes.Span), Digest.Of(EntityBytes.Span));
        Digest = Digest.Of(JsonValue.Object(
            ("entities", JsonValue.Of(EntityDigest.ToHex())), ("policies", JsonValue.Of(PolicyDigest.ToHex())), ("schema", JsonValue.Of(SchemaDigest.ToHex()))));
    }

    /// <summary>The path under which the house's own schema stands among the schema files.</summary>
    internal const string HouseSchemaPath = "plane.cedarschema";

    /// <summary>No policies: everything is <see cref="DenyReason.PolicyMissing"/>.</summary>
    public static Law None { get; } = new([], DenyReason.PolicyMissing, [], PolicySet.Empty, PolicySettings.None, HouseSchema.Parsed, []);

    /// <summary>The files that it was read from, in ordinal path order.</summary>
    public ImmutableArray<LawFile> Files { get; }

    /// <summary>Whether it may decide.</summary>
    public bool IsInForce => Reason == DenyReason.Undecided;

    /// <summary><see cref="DenyReason.PolicyMissing"/>, <see cref="DenyReason.PolicyInvalid"/>, or <see cref="DenyReason.Undecided"/> for a law that may decide.</summary>
    public DenyReason Reason { get; }

    /// <summary>What was found in the files, refusals and warnings, in order of the files.</summary>
    public ImmutableArray<LawFinding> Findings { get; }

    /// <summary>The policies by their <c>@id</c>; empty unless in force.</summary>
    public PolicySet Policies { get; }

    /// <summary>What the operator says beside the policies.</summary>
    public PolicySettings Settings { get; }

    /// <summary>The types that exist: the house's and the files'.</summary>
    public Schema Schema { get; }

    /// <summary>The hand-written entities.</summary>
    public ImmutableArray<Entity> Entities { get; }

    /// <summary>The bytes that <see cref="PolicyDigest"/> is of.</summary>
    public ReadOnlyMemory<byte> PolicyBytes { get; }

    /// <summary>The bytes that <see cref="SchemaDigest"/> is of: the files' and the house's.</summary>
    public ReadOnlyMemory<byte> SchemaBytes { get; }

    /// <summary>The bytes that <see cref="EntityDigest"/> is of.</summary>
    public ReadOnlyMemory<byte> EntityBytes { get; }

    /// <summary>Digest of the policies and settings.</summary>
    public Digest PolicyDigest { get; }

    /// <summary>Digest of the schema.</summary>
    public Digest SchemaDigest { get; }

    /// <summary>Digest of the hand-written entities.</summary>
    public Digest EntityDigest { get; }

    /// <summary>SHA-256(JCS({entities, policies, schema})).</summary>
    public Digest Digest { get; }

    /// <summary>Whether some policy reads the time, or how long an execution has been running: a running one is then decided again at every renewal.</summary>
    public bool ReadsTime => _readsTime.Value;

    /// <summary>The schema files as text.</summary>
    internal IEnumerable<string> SchemaTexts => Files.Where(f => f.Path.EndsWith(".cedarschema", StringComparison.Ordinal)).Select(f => System.Text.Encoding.UTF8.GetString(f.Bytes.AsSpan()));

    /// <summary>A finding about a policy, with the place in its file.</summary>
    internal LawFinding At(Policy? policy, Span span, string code, string message, bool refuses)
    {
        var file = policy is null ? null : _places.GetValueOrDefault(policy.Id);
        var (line, column) = file is null ? (0, 0) : span.Locate(System.Text.Encoding.UTF8.GetString(file.Bytes.AsSpan()));
        return new(file?.Path ?? "policies", line, column, code, message, refuses);
    }

    /// <summary>The file that a policy stands in; null for one of another law.</summary>
    public LawFile? FileOf(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return _places.GetValueOrDefault(policy.Id);
    }

    /// <summary>The same law, with what else is to be said of it.</summary>
    internal Law With(ImmutableArray<LawFinding> more) => more.IsEmpty ? this : new(Files, Reason, Findings.AddRange(more), Policies, Settings, Schema, Entities, _places);

    /// <summary>The end of validity of a permit by <c>@expires</c>, milliseconds since 1970; null for one without.</summary>
    internal static long? ExpiryOf(Policy policy)
        => policy.AnnotationOf("expires") is { } text && Cedar.Values.CedarDateTime.TryParse(text, out var end) ? end.Milliseconds : null;

    // Every file is under one of the three digests, also one that nobody understands: it refuses the law, and who decides again must see it.
    private static bool IsPolicyFile(string path) => !IsSchemaFile(path) && !IsEntityFile(path);

    private static bool IsSchemaFile(string path) => path.EndsWith(".cedarschema", StringComparison.Ordinal);

    private static bool IsEntityFile(string path) => !IsSchemaFile(path) && path.StartsWith("entities/", StringComparison.Ordinal);
}
