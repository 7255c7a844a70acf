using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Obstat.Proof.Notes;

/// <summary>
/// The trust file: which logs are believed, which witnesses must have cosigned a head (C2SP tlog-policy). Names stand for themselves before they are used, each is a member at most once,
/// and no public key occurs twice under whatever name: otherwise one witness could count as two. At most 64 logs, 64 witnesses, 64 groups.
/// </summary>
public sealed class TrustPolicy
{
    public const int EachMax = 64;
    public const int BytesMax = 64 * 1024;

    private const string NoQuorum = "none";

    private readonly Dictionary<string, VerifierKey> _witnesses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Threshold, string[] Members)> _groups = new(StringComparer.Ordinal);
    private readonly List<VerifierKey> _logs = [];
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private string? _quorum;

    private TrustPolicy()
    {
    }

    /// <summary>Keys of the logs that are believed.</summary>
    public ImmutableArray<VerifierKey> Logs => [.. _logs];

    /// <summary>Keys of all witnesses, in no order.</summary>
    public ImmutableArray<VerifierKey> Witnesses => [.. _witnesses.Values];

    /// <summary>Whether any cosignature is required.</summary>
    public bool HasQuorum => _quorum != NoQuorum;

    /// <summary>A policy that believes one log and asks for no witness.</summary>
    public static TrustPolicy OfLog(VerifierKey log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var policy = new TrustPolicy { _quorum = NoQuorum };
        policy._logs.Add(log);
        return policy;
    }

    /// <summary>Reads a policy file: octets 09, 0A, 20 to 7E and 80 to FF only.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out TrustPolicy? policy, [NotNullWhen(false)] out string? error)
    {
        policy = null;
        if (bytes.Length > BytesMax || bytes.IndexOfAnyInRange((byte)0, (byte)8) >= 0 || bytes.IndexOfAnyInRange((byte)0x0B, (byte)0x1F) >= 0 || bytes.Contains((byte)0x7F))
        {
            error = $"expected at most {BytesMax} octets without control characters";
            return false;
        }

        var made = new TrustPolicy();
        var lines = Encoding.Latin1.GetString(bytes).Split('\n'); // octets stay octets: names are opaque
        for (var i = 0; i < lines.Length; i++)
        {
            var words = lines[i].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0][0] != '#' && made.Take(words) is { } expected)
            {
                error = string.Create(CultureInfo.InvariantCulture, $"line {i + 1}: expected {expected}");
                return false;
            }
        }

        error = made._quorum is null ? "expected one quorum line, got none" : null;
        policy = error is null ? made : null;
        return error is null;
    }

    /// <summary>
    /// Whether a note is the head of one of the logs and cosigned by the quorum. A wrong signature of any listed key refuses it.
    /// </summary>
    public PolicyVerdict Judge(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (!note.TryVerify([.. _logs, .. _witnesses.Values], out var verified, out var error))
        {
            return PolicyVerdict.Refused(error);
        }

        if (!Checkpoint.TryParse(note.TextAsString(), out var head))
        {
            return PolicyVerdict.Refused("expected a checkpoint of three lines");
        }

        var log = verified.Select(v => v.Key).FirstOrDefault(k => k.Type == NoteKeyType.Ed25519 && k.Name == head.Origin);
        if (log is null)
        {
            return PolicyVerdict.Refused($"expected a signature of the log {head.Origin} by a key of the trust file, got none");
        }

        // Of a witness that cosigned twice, the earliest time says since when the head exists.
        var cosigned = verified.Where(v => v.CosignedAt is not null).GroupBy(v => v.Key).Select(g => g.MinBy(v => v.CosignedAt)).ToImmutableArray();
        return new PolicyVerdict(head, log, cosigned, Reaches(_quorum!, [.. cosigned.Select(v => v.Key)]), null);
    }

    private bool Reaches(string name, HashSet<VerifierKey> cosigned)
        => name == NoQuorum
        || (_witnesses.TryGetValue(name, out var witness) && cosigned.Contains(witness))
        || (_groups.TryGetValue(name, out var group) && group.Members.Count(m => Reaches(m, cosigned)) >= group.Threshold);

    /// <summary>Takes one line; what was expected instead, or null.</summary>
    private string? Take(string[] words) => words[0] switch
    {
        "log" when words.Length is 2 or 3 => TakeLog(words[1]),
        "witness" when words.Length is 3 or 4 => TakeWitness(words[1], words[2]),
        "group" when words.Length >= 4 => TakeGroup(words[1], words[2], words[3..]),
        "quorum" when words.Length == 2 => TakeQuorum(words[1]),
        "log" or "witness" or "group" or "quorum" => $"the words of a {words[0]} line",
        _ => "log, witness, group or quorum",
    };

    private string? TakeLog(string vkey)
    {
        if (!TryKey(vkey, NoteKeyType.Ed25519, out var key))
        {
            return "the vkey of a log (type 01) that is not listed yet";
        }

        _logs.Add(key);
        return _logs.Count > EachMax ? $"at most {EachMax} logs" : null;
    }

    private string? TakeWitness(string name, string vkey)
    {
        if (IsDefined(name) || !TryKey(vkey, NoteKeyType.Cosignature, out var key))
        {
            return "a new name and the vkey of a witness (type 04) that is not listed yet";
        }

        _witnesses.Add(name, key);
        return _witnesses.Count > EachMax ? $"at most {EachMax} witnesses" : null;
    }

    private string? TakeGroup(string name, string threshold, string[] members)
    {
        var count = threshold switch
        {
            "any" => 1,
            "all" => members.Length,
            _ => int.TryParse(threshold, NumberStyles.None, CultureInfo.InvariantCulture, out var k) ? k : 0,
        };
        if (IsDefined(name) || count < 1 || count > members.Length || !members.All(m => m != NoQuorum && IsDefined(m) && _members.Add(m)))
        {
            return "a new name, a threshold from 1 to the count of members, and members defined before that belong to no other group";
        }

        _groups.Add(name, (count, members));
        return _groups.Count > EachMax ? $"at most {EachMax} groups" : null;
    }

    private string? TakeQuorum(string name)
    {
        if (_quorum is not null || !IsDefined(name))
        {
            return "exactly one quorum, with a name defined before or none";
        }

        _quorum = name;
        return null;
    }

    private bool IsDefined(string name) => name == NoQuorum || _witnesses.ContainsKey(name) || _groups.ContainsKey(name);

    private bool TryKey(string word, NoteKeyType type, [NotNullWhen(true)] out VerifierKey? key)
    {
        var octets = Encoding.Latin1.GetBytes(word);
        key = null;
        return Utf8.IsValid(octets)
            && VerifierKey.TryParse(Encoding.UTF8.GetString(octets), out key)
            && key.Type == type
            && !IsListed(key);
    }

    private bool IsListed(VerifierKey key) => _logs.Concat(_witnesses.Values).Any(k => k.PublicKey.Span.SequenceEqual(key.PublicKey.Span));
}
