using System.Collections.Concurrent;
using System.Collections.Immutable;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Pins;
using Obstat.Settings;

namespace Obstat.Gateway.Sessions;

/// <summary>The operator's signed pins, from the files of an installation, under the operator's public key. A file that is away, changed or of another server approves nothing.</summary>
internal sealed class PinFiles(InstallationSettings settings) : IPins
{
    private static readonly ImmutableSortedDictionary<string, Digest> None = ImmutableSortedDictionary<string, Digest>.Empty;
    private readonly ConcurrentDictionary<string, (DateTime Written, long Length, ImmutableSortedDictionary<string, Digest> Pins)> _read = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Digest> Of(string server)
    {
        var file = new FileInfo(settings.Paths.Pin(server));
        if (!file.Exists || !settings.Gateway.Servers.TryGetValue(server, out var upstream))
        {
            return None;
        }

        var (written, length) = (file.LastWriteTimeUtc, file.Length);
        if (_read.TryGetValue(server, out var known) && known.Written == written && known.Length == length)
        {
            return known.Pins;
        }

        var pins = PrivateFile.TryRead(settings.Paths.OperatorTrust, 4096, out var jwk, out _)
            && StrictJson.TryParse(jwk, out var json, out _)
            && JwsKey.TryImport(json, KeyRole.Operator, out var key, out _)
            && PrivateFile.TryRead(file.FullName, PinStatement.BytesMax, out var bytes, out _)
            && PinStatement.TryVerify(bytes, [key], out var statement, out _)
            && statement.Server.Json.Equals(upstream.Identity.Json)
            ? statement.Tools.ToImmutableSortedDictionary(t => t.Name, t => t.Hash, StringComparer.Ordinal) : None;
        _read[server] = (written, length, pins);
        return pins;
    }
}
