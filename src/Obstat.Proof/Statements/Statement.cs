using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Dsse;
using Obstat.Proof.Json;

namespace Obstat.Proof.Statements;

/// <summary>
/// What an entry of the ledger says: an in-toto statement with one predicate of ours, canonical JSON, at most 64 KiB. Every member is required and written, null included.
/// Bytes are accepted only if writing what was read gives them again; an unknown type, member or version refuses. Members: the pages of the evidence formats.
/// </summary>
public abstract record Statement
{
    /// <summary>Largest statement in bytes.</summary>
    public const int BytesMax = Envelope.PayloadMax;

    // Names, kinds, and what every entry of a log repeats. Statements are pseudonymous, so no secret is kept.
    [ThreadStatic]
    [SuppressMessage("Minor Code Smell", "S2696", Justification = "One a thread, used again by the next statement.")]
    private static TextPool? t_texts;

    private static readonly JsonLimits Limits = new(BytesMax, 16, 10_000);

    private protected Statement()
    {
    }

    /// <summary>128 random bits.</summary>
    public required string Nonce { get; init; }

    /// <summary>The log that it was made for: a statement cannot be moved to another.</summary>
    public required string Origin { get; init; }

    /// <summary>The speaker's claim of when. Order in the log is by index.</summary>
    public required Timestamp Time { get; init; }

    /// <summary>The clock behind the time.</summary>
    public required Clock Clock { get; init; }

    /// <summary>Name of the type, such as <c>decision</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Whose key must have signed it.</summary>
    public abstract SignerRole Signer { get; }

    /// <summary>Reads a statement.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Statement? statement, [NotNullWhen(false)] out string? error)
    {
        statement = null;
        if (!StrictJson.TryParse(bytes, JsonRules.Intake, Limits, t_texts ??= new TextPool(), out var json, out var refused))
        {
            error = refused.ToString();
            return false;
        }

        if (!TryRead(json, out statement, out error))
        {
            return false;
        }

        // Every member was read in its one form and none is left over, so canonical bytes and the right subjects are all that writing it again could still show.
        error = CanonicalJson.Is(json, bytes) ? null : "expected the canonical form";
        statement = error is null ? statement : null;
        return error is null;
    }

    /// <summary>
    /// Writes a statement for a log, where no statement may stand that a reader refuses: gives the bytes and what a reader takes from them. It is read from the same members that are written,
    /// so the text need not be read again.
    /// </summary>
    /// <param name="statement">What is to be said.</param>
    /// <param name="bytes">The canonical bytes.</param>
    /// <param name="read">What a reader takes from them.</param>
    /// <param name="error">Why no reader would.</param>
    public static bool TryWrite(Statement statement, out byte[] bytes, [NotNullWhen(true)] out Statement? read, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(statement);
        (bytes, read) = ([], null);
        var json = statement.ToJson();
        if (!StrictJson.Takes(json, Limits))
        {
            error = "expected texts without noncharacters, integers, at most 10000 members";
            return false;
        }

        if (!TryRead(json, out read, out error))
        {
            return false;
        }

        bytes = json.ToCanonicalBytes();
        error = bytes.Length <= BytesMax ? null : $"expected at most {BytesMax} bytes, got {bytes.Length}";
        read = error is null ? read : null;
        return error is null;
    }

    /// <summary>The canonical bytes. What is written from members that no reader would take is refused when it is read.</summary>
    public byte[] ToBytes() => ToJson().ToCanonicalBytes();

    private static bool TryRead(JsonValue json, [NotNullWhen(true)] out Statement? statement, [NotNullWhen(false)] out string? error)
    {
        statement = null;
        var fields = new JsonFields(json);
        _ = fields.OneOf("_type", Names.StatementType);
        var type = fields.String("predicateType");
        var predicate = fields.Fields("predicate");
        var subjects = fields.Array("subject", 8);
        if (!fields.Complete())
        {
            error = $"{fields.Error}";
            return false;
        }

        var header = new StatementHeader(predicate.Id("nonce"), predicate.Text("origin"), predicate.Time("time"), predicate.Nested("clock", Clock.Read),
            subjects.Length > 0 && Digest.TryParseHex(subjects[0]["digest"]?["sha256"]?.AsString, out var subject) ? subject : default);
        var read = Kinds.GetValueOrDefault(type)?.Invoke(header, predicate);
        if (read is null || !predicate.Complete())
        {
            error = read is null ? $"expected a known predicate type, got {(type.Length > 128 ? type[..128] : type)}" : $"{predicate.Error}";
            return false;
        }

        error = read.HasSubjects(subjects.AsSpan()) ? null : "expected the subjects that the members give";
        statement = error is null ? read : null;
        return error is null;
    }

    private JsonValue ToJson() => JsonValue.Object(
        ("_type", JsonValue.Of(Names.StatementType)),
        ("predicate", Predicate()),
        ("predicateType", JsonValue.Of(Names.PredicateType(Type))),
        ("subject", SubjectsToJson()));

    /// <summary>SHA-256 of the statement's bytes: its identity. Leaf and signature are none, since they differ from one signing to the next.</summary>
    public static Digest DigestOf(ReadOnlySpan<byte> bytes) => Digest.Of(bytes);

    /// <summary>The predicate as JSON.</summary>
    internal JsonValue Predicate() => JsonValue.Object(
    [
        ("nonce", JsonValue.Of(Nonce)),
        ("origin", JsonValue.Of(Origin)),
        ("time", JsonValue.Of(Time.ToString())),
        ("clock", Clock.ToJson()),
        .. this is PlaneStatement plane ? [("plane", plane.Plane.ToJson())] : Array.Empty<(string, JsonValue)>(),
        .. Members(),
    ]);

    private bool HasSubjects(ReadOnlySpan<JsonValue> found)
    {
        var at = 0;
        foreach (var subject in Subjects())
        {
            if (at == found.Length || !subject.Is(found[at++]))
            {
                return false;
            }
        }

        return at == found.Length;
    }

    private JsonValue SubjectsToJson() => JsonValue.Array(Subjects().Select(s => s.ToJson()));

    /// <summary>What the statement is about.</summary>
    private protected abstract IEnumerable<Subject> Subjects();

    /// <summary>The members of this type.</summary>
    private protected abstract IEnumerable<(string Name, JsonValue Value)> Members();

    /// <summary>Digest of the canonical object of this type's members: the subject of types that hold no digest of their own.</summary>
    private protected Digest MembersDigest() => Digest.Of(JsonValue.Object([.. Members()]));

    private static readonly FrozenDictionary<string, Func<StatementHeader, JsonFields, Statement>> Kinds = new (string Type, Func<StatementHeader, JsonFields, Statement> Read)[]
    {
        (GenesisStatement.TypeName, GenesisStatement.ReadFrom),
        (EnforcementPointStatement.TypeName, EnforcementPointStatement.ReadFrom),
        (PolicyActivationStatement.TypeName, PolicyActivationStatement.ReadFrom),
        (DecisionStatement.TypeName, DecisionStatement.ReadFrom),
        (OutcomeStatement.TypeName, OutcomeStatement.ReadFrom),
        (OrphanedStatement.TypeName, OrphanedStatement.ReadFrom),
        (LeaseStatement.TypeName, LeaseStatement.ReadFrom),
        (CoverageStatement.TypeName, CoverageStatement.ReadFrom),
        (RefusalsStatement.TypeName, RefusalsStatement.ReadFrom),
        (RevocationStatement.TypeName, RevocationStatement.ReadFrom),
        (HaltStatement.TypeName, HaltStatement.ReadFrom),
        (GapStatement.TypeName, GapStatement.ReadFrom),
        (StateStatement.TypeName, StateStatement.ReadFrom),
        (KeySetStatement.TypeName, KeySetStatement.ReadFrom),
        (KeyRotationStatement.TypeName, KeyRotationStatement.ReadFrom),
    }.ToFrozenDictionary(k => Names.PredicateType(k.Type), k => k.Read, StringComparer.Ordinal);
}
