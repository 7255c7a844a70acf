using System.Collections.Frozen;
using Obstat.Gateway.Doors;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Settings;

namespace Obstat.Gateway;

/// <summary>
/// The servers as <c>obstat.json</c> registers them now: a file that changed is read again, so that a server is served from its registration on and no longer than that. Nothing else of the
/// file is taken anew, and a file that is not understood changes nothing. What is open already goes on with what it was opened with; the plane decides each of its calls by the pins of now.
/// Safe for concurrent use.
/// </summary>
/// <param name="settings">What the gateway started with.</param>
/// <param name="door">The way to decisions.</param>
/// <param name="clock">The clock.</param>
/// <param name="told">Takes lines for the operator's log.</param>
internal sealed class ServedServers(InstallationSettings settings, IDoor door, TimeProvider clock, Action<string> told)
{
    /// <summary>How long a name that is known is served without a look at the file. A name that is not known is looked up each time.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private FrozenDictionary<string, (UpstreamSettings Registered, Served Served)>? _servers;
    private (DateTime Written, long Length) _seen;
    private long _looked;

    /// <summary>The server of that registered name; null where none is registered.</summary>
    public Served? Find(string name) => Entry(name)?.Served;

    private (UpstreamSettings Registered, Served Served)? Entry(string name)
    {
        lock (_gate)
        {
            if (_servers is not { } known || !known.ContainsKey(name) || clock.GetElapsedTime(_looked) > LookAgain)
            {
                Look();
            }

            return _servers!.TryGetValue(name, out var found) ? found : null;
        }
    }

    private void Look()
    {
        _looked = clock.GetTimestamp();
        var file = new FileInfo(settings.File);
        var now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        if (_servers is null)
        {
            // The first time: what the process started with, whatever the file says by now.
            Take(settings);
        }
        else if (now == _seen)
        {
            return;
        }

        if (SettingsFile.TryLoad(settings.File, out var again, out var error))
        {
            Take(again);
        }
        else
        {
            told($"{settings.File} was changed and is not understood; the servers stay as they were: {error}");
        }

        _seen = now;
    }

    private void Take(InstallationSettings from)
    {
        var before = _servers;
        var pins = new PinFiles(from);
        _servers = from.Gateway.Servers.Values.ToFrozenDictionary(s => s.Name, s => before is not null && before.TryGetValue(s.Name, out var same) && IsSame(same.Registered, s) ? same : (s, Make(s, pins)), StringComparer.Ordinal);
        if (before is not null)
        {
            foreach (var name in _servers.Keys.Where(n => !before.TryGetValue(n, out var old) || old != _servers[n]))
            {
                told($"serves {name} as it is registered now");
            }

            foreach (var name in before.Keys.Where(n => !_servers.ContainsKey(n)))
            {
                told($"{name} is registered no longer: no new connection to it");
            }
        }
    }

    private Served Make(UpstreamSettings server, PinFiles pins) => new(
        new SessionParts(server.Identity, door, pins, clock, e => told($"fault in {server.Name}: {e.GetType().Name}: {(e.Message.Length <= 200 ? e.Message : e.Message[..200])}")),
        server.Url is { } url ? () => new HttpUpstream(url, clock) : () => new ChildUpstream(() => ChildPrograms.Of(server, told), clock));

    private static bool IsSame(UpstreamSettings one, UpstreamSettings other)
        => one.Url == other.Url && one.Command == other.Command && one.Folder == other.Folder && one.Arguments.SequenceEqual(other.Arguments, StringComparer.Ordinal)
            && one.Environment.Count == other.Environment.Count && one.Environment.All(e => other.Environment.TryGetValue(e.Key, out var value) && value == e.Value);
}
