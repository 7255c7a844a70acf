using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Bundles;

/// <summary>
/// An evidence bundle whose container and manifest were verified: exactly the bytes that its exporter writes, every file in the manifest with its digest, every line of it present.
/// What the files say is not verified by that.
/// </summary>
public sealed class EvidenceBundle
{
    private static readonly JsonLimits ManifestLimits = new(32 << 20, 4, 2 * StoredZip.FilesMax);

    private EvidenceBundle(string origin, Timestamp created, ImmutableArray<BundleEntry> entries, ImmutableArray<string> erased, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
        => (Origin, Created, Entries, Erased, Files) = (origin, created, entries, erased, files);

    /// <summary>The log that it is from, as the manifest says.</summary>
    public string Origin { get; }

    /// <summary>Time of the newest entry inside, as the manifest says.</summary>
    public Timestamp Created { get; }

    /// <summary>The entries, by index.</summary>
    public ImmutableArray<BundleEntry> Entries { get; }

    /// <summary>Plain digests of blobs that were erased before the export.</summary>
    public ImmutableArray<string> Erased { get; }

    /// <summary>All files by path.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files { get; }

    /// <summary>The opened blobs: digest that the name states, bytes.</summary>
    public IEnumerable<(string Plain, ReadOnlyMemory<byte> Bytes)> Blobs => Under("blobs/", ".json");

    /// <summary>The snapshot parts: digest that the name states, bytes.</summary>
    public IEnumerable<(string Digest, ReadOnlyMemory<byte> Bytes)> Snapshots => Under("snapshot/", "");

    /// <summary>The permits: jti that the name states, bytes.</summary>
    public IEnumerable<(string Jti, ReadOnlyMemory<byte> Bytes)> Permits => Under("permits/", ".jwt");

    /// <summary>Heads beside those of the proofs: size that the name states, bytes.</summary>
    public IEnumerable<(string Size, ReadOnlyMemory<byte> Bytes)> Checkpoints => Under("checkpoints/", "");

    /// <summary>Reads a bundle.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> zip, [NotNullWhen(true)] out EvidenceBundle? bundle, [NotNullWhen(false)] out string? error)
    {
        bundle = null;
        if (!StoredZip.TryRead(zip, out var files, out error))
        {
            return false;
        }

        if (!files.TryGetValue(BundlePaths.Manifest, out var manifest))
        {
            error = "expected manifest.json, got none";
            return false;
        }

        if (files.Keys.FirstOrDefault(p => !BundlePaths.IsKnown(p)) is { } stranger)
        {
            error = $"{stranger} has no place in a bundle";
            return false;
        }

        if (!StrictJson.TryParse(manifest.Span, JsonRules.Intake, ManifestLimits, out var json, out var refused))
        {
            error = $"manifest.json: {refused}";
            return false;
        }

        var fields = new JsonFields(json);
        _ = fields.OneOf("format", Names.BundleFormat);
        var origin = fields.Text("origin");
        var created = fields.Time("created");
        var indexes = fields.Array("entries", StoredZip.FilesMax).Select(i => i.AsInteger ?? -1).ToArray();
        var listed = fields.Object("files");
        var erased = fields.Strings("erased", StoredZip.FilesMax, 64);
        if (!fields.Complete() || !json.ToCanonicalBytes().AsSpan().SequenceEqual(manifest.Span))
        {
            error = fields.Error is { } e ? $"manifest.json: {e}" : "manifest.json: expected canonical JSON";
            return false;
        }

        error = Differs(listed, files) ?? (indexes.Any(i => i < 0) || !indexes.SequenceEqual(indexes.Distinct().Order()) ? "manifest.json: expected indexes of entries, ascending" : null)
            ?? (erased.All(d => Digest.TryParseHex(d, out _)) ? null : "manifest.json: expected digests of erased blobs");
        if (error is not null || !TryEntries(indexes, files, out var entries, out error))
        {
            return false;
        }

        bundle = new EvidenceBundle(origin, created, entries, erased, files);
        return true;
    }

    private static string? Differs(JsonValue listed, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        foreach (var member in listed.Members)
        {
            if (!files.TryGetValue(member.Name, out var bytes) || member.Name == BundlePaths.Manifest)
            {
                return $"manifest.json: {member.Name} is listed and missing";
            }

            var digest = Digest.Of(bytes.Span).ToHex();
            if (member.Value.AsString != digest)
            {
                return $"{member.Name}: expected SHA-256 {member.Value.AsString}, got {digest}";
            }
        }

        return files.Keys.FirstOrDefault(p => p != BundlePaths.Manifest && listed[p] is null) is { } unlisted ? $"{unlisted}: in the container and not in the manifest" : null;
    }

    private static bool TryEntries(long[] indexes, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files, out ImmutableArray<BundleEntry> entries, [NotNullWhen(false)] out string? error)
    {
        var found = ImmutableArray.CreateBuilder<BundleEntry>(indexes.Length);
        var parts = 0;
        entries = [];
        foreach (var index in indexes)
        {
            if (!files.TryGetValue(BundlePaths.Entry(index, "statement.json"), out var statement)
                || !files.TryGetValue(BundlePaths.Entry(index, "dsse.json"), out var envelope)
                || !files.TryGetValue(BundlePaths.Entry(index, "leaf"), out var leaf)
                || !files.TryGetValue(BundlePaths.Entry(index, "tlog-proof"), out var proof))
            {
                error = $"entry {index}: expected statement, envelope, leaf and proof";
                return false;
            }

            var sigstore = files.TryGetValue(BundlePaths.Entry(index, "sigstore.json"), out var projected) ? projected : (ReadOnlyMemory<byte>?)null;
            found.Add(new(index, statement, envelope, leaf, proof, sigstore));
            parts += sigstore is null ? 4 : 5;
        }

        error = parts == files.Keys.Count(p => p.StartsWith("entries/", StringComparison.Ordinal)) ? null : "entries/: files of an entry that is not in the manifest";
        entries = error is null ? found.MoveToImmutable() : [];
        return error is null;
    }

    private IEnumerable<(string Name, ReadOnlyMemory<byte> Bytes)> Under(string folder, string end)
        => Files.Where(f => f.Key.StartsWith(folder, StringComparison.Ordinal)).Select(f => (f.Key[folder.Length..^end.Length], f.Value));
}
