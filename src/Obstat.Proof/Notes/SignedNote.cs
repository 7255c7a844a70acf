using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using Obstat.Proof.Encodings;

namespace Obstat.Proof.Notes;

/// <summary>
/// A text with signature lines (C2SP signed-note). Parsing says nothing about the signatures: only <see cref="TryVerify"/> does.
/// Refuses more than 64 KiB, more than 16 signature lines, invalid UTF-8, control characters other than line feed, and base64 in any but its canonical form.
/// </summary>
public sealed class SignedNote
{
    public const int BytesMax = 64 * 1024;
    public const int SignaturesMax = 16;

    internal const string LinePrefix = "— "; // U+2014 and a space

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SignedNote(byte[] bytes, int textLength, ImmutableArray<NoteSignature> signatures)
        => (Bytes, Text, Signatures) = (bytes, bytes.AsMemory(0, textLength), signatures);

    /// <summary>The whole note.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>What is signed: ends in a line feed.</summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>The signature lines in their order.</summary>
    public ImmutableArray<NoteSignature> Signatures { get; }

    /// <summary>Reads a note. Text and signatures part at the last empty line.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedNote? note, [NotNullWhen(false)] out string? error)
    {
        note = null;
        error = bytes switch
        {
            { Length: > BytesMax } => $"expected a note of at most {BytesMax} bytes, got {bytes.Length}",
            _ when !Utf8.IsValid(bytes) => "expected UTF-8, got other bytes",
            _ when HasControl(bytes) => "expected no control character but the line feed",
            _ when bytes.IsEmpty || bytes[^1] != (byte)'\n' => "expected a line feed at the end of the note",
            _ => null,
        };
        if (error is not null)
        {
            return false;
        }

        var split = bytes.LastIndexOf("\n\n"u8);
        if (split < 0 || split + 2 == bytes.Length)
        {
            error = "expected an empty line and signatures after it";
            return false;
        }

        var lines = StrictUtf8.GetString(bytes[(split + 2)..^1]).Split('\n');
        if (lines.Length > SignaturesMax)
        {
            error = $"expected at most {SignaturesMax} signature lines, got {lines.Length}";
            return false;
        }

        var signatures = ImmutableArray.CreateBuilder<NoteSignature>(lines.Length);
        foreach (var line in lines)
        {
            if (!TryParseLine(line, out var signature))
            {
                error = $"expected signature line {signatures.Count + 1} as \"{LinePrefix}<name> <base64>\"";
                return false;
            }

            signatures.Add(signature);
        }

        note = new SignedNote(bytes.ToArray(), split + 1, signatures.MoveToImmutable());
        return true;
    }

    /// <summary>
    /// Verifies every line that one of the keys could have made. One wrong signature of a known key refuses the whole note, and so does a note without any known key.
    /// Lines of unknown keys are not looked at; a line that stands twice counts once.
    /// </summary>
    public bool TryVerify(IEnumerable<VerifierKey> keys, out ImmutableArray<VerifiedSignature> verified, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(keys);
        verified = [];
        var found = ImmutableArray.CreateBuilder<VerifiedSignature>();
        var known = keys.ToArray();
        foreach (var signature in Signatures)
        {
            var candidates = known.Where(k => k.Name == signature.Name && k.KeyId == signature.KeyId).ToArray();
            if (candidates.Length == 0)
            {
                continue;
            }

            // Two keys of one name and id cannot be told apart, so such a set of keys verifies nothing.
            if (candidates.Length > 1 || !candidates[0].Verifies(Text.Span, signature.Bytes.Span, out var time))
            {
                error = candidates.Length > 1 ? $"expected one key {candidates[0].Name}+{signature.KeyId:x8}, got {candidates.Length}" : $"the signature of {signature.Name}+{signature.KeyId:x8} is wrong";
                return false;
            }

            if (!found.Any(f => f.Key.Equals(candidates[0]) && f.CosignedAt == time))
            {
                found.Add(new(candidates[0], time));
            }
        }

        error = found.Count == 0 ? "expected a signature of a known key, got none" : null;
        verified = found.ToImmutable();
        return error is null;
    }

    /// <summary>A note of this text with this signature line. Throws for a text that no note can have.</summary>
    public static SignedNote Of(string text, params ReadOnlySpan<NoteSignature> signatures)
    {
        var whole = new StringBuilder(text).Append('\n');
        foreach (var signature in signatures)
        {
            _ = whole.Append(signature.ToLine());
        }

        return TryParse(StrictUtf8.GetBytes(whole.ToString()), out var note, out var error) && note.Text.Span.SequenceEqual(StrictUtf8.GetBytes(text))
            ? note
            : throw new ArgumentException(error ?? "the text of a note ends in a line feed", nameof(text));
    }

    /// <summary>This note with one more signature line at its end.</summary>
    public SignedNote With(NoteSignature signature) => Of(TextAsString(), [.. Signatures, signature]);

    /// <summary>The signed text.</summary>
    public string TextAsString() => StrictUtf8.GetString(Text.Span);

    /// <inheritdoc/>
    public override string ToString() => StrictUtf8.GetString(Bytes.Span);

    private static bool TryParseLine(string line, [NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (!line.StartsWith(LinePrefix, StringComparison.Ordinal))
        {
            return false;
        }

        var space = line.IndexOf(' ', LinePrefix.Length);
        if (space < 0 || !NoteName.IsValid(line[LinePrefix.Length..space]) || !Base64Exact.TryDecode(line.AsSpan(space + 1), out var blob) || blob.Length < 5)
        {
            return false;
        }

        signature = new(line[LinePrefix.Length..space], BinaryPrimitives.ReadUInt32BigEndian(blob), blob.AsMemory(4));
        return true;
    }

    private static bool HasControl(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b < 0x20 && b != (byte)'\n')
            {
                return true;
            }
        }

        return false;
    }
}
