using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Obstat.Proof.Json;
using Obstat.Proof.Permits;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage;
using Obstat.Storage.Vaults;

namespace Obstat.Server.Ledgers;

/// <summary>
/// The permits that were issued, for evidence bundles: sealed in the scope of whom each was for, so that erasing a person erases them. Written behind the answers: a permit is no evidence by itself - its decision fixes its
/// claims - so losing one loses one check, and no proof. Safe for concurrent use.
/// </summary>
internal sealed class PermitShelf : IDisposable
{
    private const int WaitingMax = 16_384;
    private const int GroupMax = 256;

    // Nobody waits for it: what comes within this time is one transaction, and until then it is found in memory.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);
    private const string Role = "assertion";

    private readonly Vault _vault;
    private readonly TimeProvider _clock;
    private readonly PermitFile _file;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, string> _waiting = new(StringComparer.Ordinal);
    private readonly Channel<PermitClaims> _queue = Channel.CreateUnbounded<PermitClaims>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;

    private PermitShelf(Vault vault, PermitFile file, TimeProvider clock)
    {
        (_vault, _file, _clock) = (vault, file, clock);
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Opens the permits of a ledger's folder.</summary>
    public static PermitShelf Open(Vault vault, string folder, TimeProvider clock) => new(vault, PermitFile.Open(folder), clock);

    /// <summary>Keeps a permit. Beyond 16,384 that wait it is let go.</summary>
    public void Keep(PermitClaims claims, string compact)
    {
        if (claims.Led is not null && _waiting.Count < WaitingMax && _waiting.TryAdd(claims.Jti, compact))
        {
            _ = _queue.Writer.TryWrite(claims);
        }
    }

    /// <summary>The permit of a decision; null where it was lost or erased.</summary>
    /// <param name="entry">Index of the decision.</param>
    /// <param name="jti">The permit that it names.</param>
    public string? Find(long entry, string jti)
    {
        if (_waiting.TryGetValue(jti, out var compact))
        {
            return compact;
        }

        (SealedReference Reference, byte[] Blob)? found;
        lock (_lock)
        {
            found = _file.Find(entry, jti, Role);
        }

        return found is var (reference, blob) && _vault.TryOpen(reference, blob, out var plain) && SealedContent.TryParse(Role, plain, out var content, out _)
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
            await Task.Delay(Gathering);
            while (group.Count < GroupMax && _queue.Reader.TryRead(out var claims))
            {
                group.Add(claims);
            }

            try
            {
                Write(group);
            }
            catch (Exception e) when (e is SqliteException or LedgerUnavailableException)
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
        var sealedOnes = group.ConvertAll(claims =>
        {
            var (reference, blob) = _vault.Seal(claims.Sub, _clock.GetUtcNow(), Role, ("assertion", JsonValue.Of(_waiting[claims.Jti])));
            return (claims.Led!.Index, claims.Jti, reference, blob.Bytes);
        });
        lock (_lock)
        {
            _file.Keep(sealedOnes);
        }
    }
}
