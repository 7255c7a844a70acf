using System.Collections.Immutable;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Records;
using Obstat.Proof.Jws;
using Obstat.Proof.Json;
using Obstat.Proof.Pins;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Settings;

namespace Obstat.Server.Sources;

/// <summary>
/// Reads the trust part from files: enrolled identities, issuers' key sets, tool pins signed by the operator; and the plane's own keys from the ledger. What cannot be read is left out and told:
/// nobody is believed, and no tool is pinned, because a file was broken.
/// </summary>
internal sealed class TrustFiles(InstallationSettings startedWith, PlaneKeys keys, WorkingKeys working, string origin)
{
    private const int FileBytesMax = 1 << 20;
    private InstallationSettings _settings = startedWith;

    /// <summary>Reads everything again.</summary>
    /// <param name="state">The ledger's fold: earlier key sets whose time is not over still verify.</param>
    /// <param name="now">UTC.</param>
    public (Trust Trust, Freshness Freshness, ImmutableArray<LawFinding> Findings) Read(LedgerState state, DateTimeOffset now)
    {
        var findings = ImmutableArray.CreateBuilder<LawFinding>();
        var settings = ReadSettings(findings);
        var fetched = ImmutableSortedDictionary.CreateBuilder<string, DateTimeOffset>(StringComparer.Ordinal);
        var issuers = settings.Issuers.Select(issuer => ReadIssuer(issuer, fetched, findings)).OfType<TrustedIssuer>().ToArray();
        var identities = ReadIdentities(settings, findings).ToArray();
        var servers = settings.Gateway.Servers.Values.Select(server => ReadServer(settings, server, findings)).ToArray();
        var trust = new Trust(origin, settings.Gateway.Resource, OwnKeys(state, now), issuers, identities, servers);
        return (trust, new Freshness(fetched.ToImmutable()), findings.DrainToImmutable());
    }

    // Servers and issuers are registered while the plane runs; where it listens and where its files stand is what it started with.
    private InstallationSettings ReadSettings(ImmutableArray<LawFinding>.Builder findings)
    {
        if (SettingsFile.TryLoad(_settings.File, out var again, out var error))
        {
            _settings = again;
        }
        else
        {
            findings.Add(Refusing(_settings.File, "InvalidSettings", error.ToString()));
        }

        return _settings;
    }

    private IEnumerable<KeySetMember> OwnKeys(LedgerState state, DateTimeOffset now)
    {
        yield return new KeySetMember(working.Run.Public, working.From.ToUnixTimeSeconds(), working.Until.ToUnixTimeSeconds());
        foreach (var set in state.KeySets.Select(k => k.Set).Where(s => s.Until.Time > now))
        {
            foreach (var announced in set.Keys.Where(k => k.Role == KeyRoles.Run && k.Kid != working.Run.Kid))
            {
                if (announced.TryKey(out var key) && JwsKey.TryImportSpki(key.Spki.Span, KeyRole.Run, out var run, out _))
                {
                    yield return new KeySetMember(run, set.From.Time.ToUnixTimeSeconds(), set.Until.Time.ToUnixTimeSeconds());
                }
            }
        }
    }

    private static TrustedIssuer? ReadIssuer(IssuerSettings issuer, ImmutableSortedDictionary<string, DateTimeOffset>.Builder fetched, ImmutableArray<LawFinding>.Builder findings)
    {
        JsonValue? jwks = null;
        if (TryBytes(issuer.Jwks, FileBytesMax, findings, out var bytes))
        {
            if (StrictJson.TryParse(bytes, JsonRules.Canonicalizer, JsonLimits.Intake, out jwks, out var error))
            {
                fetched[issuer.Url] = File.GetLastWriteTimeUtc(issuer.Jwks);
            }
            else
            {
                findings.Add(Refusing(issuer.Jwks, "InvalidKeys", error.ToString()));
            }
        }

        // An issuer without keys is known and stale, so that its tokens are refused as such.
        if (TrustedIssuer.TryMake(issuer.Url, issuer.Profile, issuer.Audience, issuer.Algorithms, issuer.StaleAfter, jwks ?? NoKeys, out var made, out var reason))
        {
            return made;
        }

        findings.Add(Refusing(issuer.Jwks, "InvalidKeys", reason));
        _ = fetched.Remove(issuer.Url);
        return TrustedIssuer.TryMake(issuer.Url, issuer.Profile, issuer.Audience, issuer.Algorithms, issuer.StaleAfter, NoKeys, out var empty, out _) ? empty : null;
    }

    private static JsonValue NoKeys { get; } = JsonValue.Object(("keys", JsonValue.EmptyArray));

    private static IEnumerable<EnrolledIdentity> ReadIdentities(InstallationSettings settings, ImmutableArray<LawFinding>.Builder findings)
    {
        var subjects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Files(settings.Paths.Identities))
        {
            if (!TryBytes(path, FileBytesMax, findings, out var bytes))
            {
                continue;
            }

            var error = default(JsonError);
            EnrolledIdentity? identity = null;
            if (!StrictJson.TryParse(bytes, out var value, out error) || !EnrolledIdentity.TryRead(value, out identity, out error))
            {
                findings.Add(Refusing(path, "InvalidIdentity", error.ToString()));
            }
            else if (identity.Name != Path.GetFileNameWithoutExtension(path) || !subjects.Add(identity.Subject))
            {
                findings.Add(Refusing(path, "InvalidIdentity", $"expected the name of the file, and each principal once, got {identity.Name} for {identity.Subject}"));
            }
            else
            {
                yield return identity;
            }
        }
    }

    private PinnedServer ReadServer(InstallationSettings settings, UpstreamSettings server, ImmutableArray<LawFinding>.Builder findings)
    {
        var nothing = new PinnedServer(server.Name, null, ImmutableSortedDictionary<string, PinnedTool>.Empty);
        var path = settings.Paths.Pin(server.Name);
        if (!File.Exists(path) || !TryBytes(path, PinStatement.BytesMax, findings, out var bytes))
        {
            return nothing;
        }

        if (!PinStatement.TryVerify(bytes, [keys.Operator], out var pins, out var error) || !pins.Server.Json.Equals(server.Identity.Json))
        {
            findings.Add(Refusing(path, "InvalidPin", error ?? $"expected the pins of {server.Name} as it is registered now, got those of another program, address or name"));
            return nothing;
        }

        return new PinnedServer(server.Name, pins.Server.Json, pins.Tools.ToImmutableSortedDictionary(t => t.Name, t => new PinnedTool(t.Name, t.Tool, t.Hash), StringComparer.Ordinal));
    }

    private static IEnumerable<string> Files(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal) : [];

    private static bool TryBytes(string path, int max, ImmutableArray<LawFinding>.Builder findings, out byte[] bytes)
    {
        bytes = [];
        try
        {
            if (new FileInfo(path).Length <= max)
            {
                bytes = File.ReadAllBytes(path);
                return true;
            }

            findings.Add(Refusing(path, "TooLarge", $"expected at most {max} bytes"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Add(Refusing(path, "Unreadable", e.Message));
        }

        return false;
    }

    private static LawFinding Refusing(string path, string code, string message) => new(Path.GetFileName(path), 0, 0, code, message, true);
}
