using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Permits;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Settings;
using Obstat.Storage;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Ledgers;

/// <summary>
/// The permits that were issued, for evidence bundles: sealed in the scope of whom each was for, so that erasing a person erases them, one line each in a file beside the ledger. Written behind the answers and
/// never synced: a permit is no evidence by itself - its decision fixes its claims - so losing a line loses one check, and no proof. Safe for concurrent use.
/// </summary>
internal sealed class PermitShelf : IDisposable
{
    private const int WaitingMax = 16_384;
    private const int GroupMax = 256;
    private const string Role = "assertion";

    private readonly Vault _vault;
    private readonly TimeProvider _clock;
    private readonly FileStream _file;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Offset, int Length)> _lines = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _waiting = new(StringComparer.Ordinal);
    private readonly Channel<PermitClaims> _queue = Channel.CreateUnbounded<PermitClaims>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;

    private PermitShelf(Vault vault, FileStream file, TimeProvider clock)
    {
        (_vault, _file, _clock) = (vault, file, clock);
        ReadLines();
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Opens the file (0600) in a folder, or makes it.</summary>
    public static PermitShelf Open(Vault vault, string folder, TimeProvider clock)
    {
        var path = Path.Combine(folder, "permits");
        if (!File.Exists(path))
        {
            PrivateFile.Create(path, []);
        }

        return new PermitShelf(vault, new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read), clock);
    }

    /// <summary>Keeps a permit. Beyond 16,384 that wait it is let go.</summary>
    public void Keep(PermitClaims claims, string compact)
    {
        if (_waiting.Count < WaitingMax && _waiting.TryAdd(claims.Jti, compact))
        {
            _ = _queue.Writer.TryWrite(claims);
        }
    }

    /// <summary>A permit; null where it was lost or erased.</summary>
    public string? Find(string jti)
    {
        if (_waiting.TryGetValue(jti, out var compact))
        {
            return compact;
        }

        byte[] line;
        lock (_lock)
        {
            if (!_lines.TryGetValue(jti, out var place))
            {
                return null;
            }

            line = new byte[place.Length];
            if (RandomAccess.Read(_file.SafeFileHandle, line, place.Offset) != place.Length)
            {
                return null;
            }
        }

        return TryLine(line, out _, out var reference, out var blob)
            && _vault.TryOpen(reference, blob, out var plain)
            && SealedContent.TryParse(Role, plain, out var content, out _)
                ? content.Value["assertion"]?.AsString
                : null;
    }

    /// <summary>Writes what waits, and closes.</summary>
    public void Dispose()
    {
        _queue.Writer.Complete();
        _writing.GetAwaiter().GetResult();
        _file.Dispose();
    }

    private async Task WriteAsync()
    {
        var group = new List<PermitClaims>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (group.Count < GroupMax && _queue.Reader.TryRead(out var claims))
            {
                group.Add(claims);
            }

            try
            {
                Write(group);
            }
            catch (Exception e) when (e is IOException or SqliteException or LedgerUnavailableException)
            {
                // Lost: see above.
            }

            foreach (var claims in group)
            {
                _ = _waiting.TryRemove(claims.Jti, out _);
            }

            group.Clear();
        }
    }

    private void Write(List<PermitClaims> group)
    {
        var lines = new ArrayBufferWriter<byte>();
        var places = new List<(string Jti, int Start, int Length)>(group.Count);
        foreach (var claims in group)
        {
            var line = Line(claims, _waiting[claims.Jti]);
            places.Add((claims.Jti, lines.WrittenCount, line.Length));
            lines.Write(line);
            lines.Write("\n"u8);
        }

        lock (_lock)
        {
            var offset = _file.Length;
            RandomAccess.Write(_file.SafeFileHandle, lines.WrittenSpan, offset);
            foreach (var (jti, start, length) in places)
            {
                _lines[jti] = (offset + start, length);
            }
        }
    }

    private byte[] Line(PermitClaims claims, string compact)
    {
        var (reference, blob) = _vault.Seal(claims.Sub, _clock.GetUtcNow(), Role, ("assertion", JsonValue.Of(compact)));
        return JsonValue.Object(
            ("blob", JsonValue.Of(Convert.ToBase64String(blob.Bytes.Span))),
            ("jti", JsonValue.Of(claims.Jti)),
            ("plain", JsonValue.Of(reference.Plain.ToHex())),
            ("scope", JsonValue.Of(reference.Scope))).ToCanonicalBytes();
    }

    /// <summary>Finds the lines of earlier starts; a torn one at the end is cut off.</summary>
    private void ReadLines()
    {
        var whole = new byte[_file.Length];
        _file.ReadExactly(whole);
        var offset = 0;
        for (var end = whole.AsSpan().IndexOf((byte)'\n'); end >= 0; end = whole.AsSpan(offset).IndexOf((byte)'\n'))
        {
            if (TryLine(whole.AsSpan(offset, end), out var jti, out _, out _))
            {
                _lines[jti] = (offset, end);
            }

            offset += end + 1;
        }

        _file.SetLength(offset);
    }

    private static bool TryLine(ReadOnlySpan<byte> line, out string jti, out SealedReference reference, out byte[] blob)
    {
        (jti, reference, blob) = ("", new SealedReference(Role, "", default, default, 0), []);
        if (!StrictJson.TryParse(line, out var value, out _))
        {
            return false;
        }

        var fields = new JsonFields(value);
        var bytes = new byte[line.Length];
        if (!Convert.TryFromBase64String(fields.String("blob", 64 * 1024), bytes, out var written) || !Digest.TryParseHex(fields.String("plain", 64), out var plain))
        {
            return false;
        }

        (jti, blob) = (fields.String("jti", 64), bytes[..written]);
        reference = new SealedReference(Role, fields.String("scope", 64), Digest.Of(blob), plain, written);
        return fields.Complete();
    }
}
