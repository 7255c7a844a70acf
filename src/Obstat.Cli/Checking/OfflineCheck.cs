using System.Collections.Immutable;
using System.Security.Cryptography;
using Obstat.Cli.Pinning;
using Obstat.Core;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Checking;

/// <summary>
/// Decides one request under a policy folder without a plane: the same way as there, with keys that live for this one evaluation and that nobody else believes.
/// Nothing is recorded, and nothing can be executed by it: there is no permit.
/// </summary>
internal sealed class OfflineCheck
{
    private const string Origin = "check.invalid";

    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private readonly InstallationSettings _settings;
    private readonly ImmutableArray<LawFile> _files;
    private readonly ImmutableArray<PinnedServer> _servers;
    private readonly SigningKey _run = SigningKey.Create(KeyRole.Run);
    private readonly string _holder = SigningKey.Create(KeyRole.Instance).Kid;
    private readonly Dictionary<string, (Trust Trust, Snapshot Snapshot)> _worlds = new(StringComparer.Ordinal);

    /// <param name="settings">The installation.</param>
    /// <param name="files">The policy folder.</param>
    /// <param name="servers">The registered servers with their pins.</param>
    public OfflineCheck(InstallationSettings settings, ImmutableArray<LawFile> files, ImmutableArray<PinnedServer> servers) => (_settings, _files, _servers) = (settings, files, servers);

    /// <summary>Decides as an enrolled identity asks; or says why the request could not even be asked.</summary>
    public (Decided? Decided, Refusal Refusal) Decide(CheckRequest request, EnrolledIdentity asker, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        if (!_worlds.TryGetValue(asker.Subject, out var world))
        {
            var made = new Trust(Origin, _settings.Gateway.Resource, [new KeySetMember(_run.Public, seconds, seconds + (long)Life.TotalSeconds)], [], [asker], _servers);
            world = (made, Snapshot.Of(LawLoader.Load(_files), PrincipalDirectory.Empty, made, Revocations.Empty));
            _worlds.Add(asker.Subject, world);
        }

        var (trust, snapshot) = world;
        var point = new RegisteredPoint("check", Random128(), _holder, [], 1);
        var pin = _servers.FirstOrDefault(s => s.Name == request.Server)?.Tools.GetValueOrDefault(request.Name ?? "");
        var parameters = request.Name is null ? JsonValue.EmptyObject : JsonValue.Object(("name", JsonValue.Of(request.Name)));
        parameters = request.Uri is null ? parameters : parameters.With("uri", JsonValue.Of(request.Uri));
        parameters = request.Arguments is null ? parameters : parameters.With("arguments", request.Arguments);
        if (!CanonicalAction.TryMake(new McpCall("2025-11-25", request.Server, request.Method, parameters, pin?.ToolHash, null), out var action, out var refusal))
        {
            return (null, refusal);
        }

        var ask = new AskRequest(
            new PointSeq(point.Id, point.Boot, 1), action.Json, null, [Assert(asker, trust, _run, point, seconds)], null, null, null, "urn:execution:server:" + request.Server, _holder, "instance", "once",
            asker.Uid is { } uid ? JsonValue.Object(("peer_uid", JsonValue.Of(uid))) : JsonValue.EmptyObject, null, 1000);
        if (!ExecutionRequest.Intake.TryTake(ask, Digest.Of(ask.ToJson()), point, out var taken, out refusal))
        {
            return (null, refusal);
        }

        var identified = Identified.Verifier.Verify(taken, snapshot, Freshness.Unknown, now);
        return (Decided.Authorizer.Decide(identified, snapshot, Freshness.Unknown, now), default);
    }

    /// <summary>The registered servers with their pins; a pin that does not verify is an error.</summary>
    public static bool TryServers(InstallationSettings settings, out ImmutableArray<PinnedServer> servers, out string? reason)
    {
        reason = null;
        var found = ImmutableArray.CreateBuilder<PinnedServer>();
        foreach (var name in settings.Gateway.Servers.Keys)
        {
            if (!PinFile.TryRead(settings, name, out var pin, out reason))
            {
                break;
            }

            found.Add(new PinnedServer(name, pin?.Server.Json, (pin?.Tools ?? []).ToImmutableSortedDictionary(t => t.Name, t => new PinnedTool(t.Name, t.Tool, t.Hash), StringComparer.Ordinal)));
        }

        servers = found.DrainToImmutable();
        return reason is null;
    }

    /// <summary>The enrolled identities, by the name of the principal in permits; a file that is none is an error.</summary>
    public static bool TryIdentities(InstallationSettings settings, out ImmutableDictionary<string, EnrolledIdentity> identities, out string? reason)
    {
        var found = ImmutableDictionary.CreateBuilder<string, EnrolledIdentity>(StringComparer.Ordinal);
        reason = null;
        foreach (var path in Directory.Exists(settings.Paths.Identities) ? Directory.GetFiles(settings.Paths.Identities, "*.json").Order(StringComparer.Ordinal).ToArray() : [])
        {
            if (!PrivateFile.TryRead(path, 1 << 16, out var bytes, out reason))
            {
                break;
            }

            if (!StrictJson.TryParse(bytes, out var value, out _) || !EnrolledIdentity.TryRead(value, out var identity, out _))
            {
                reason = $"{path} is no enrolled identity";
                break;
            }

            found[identity.Subject] = identity;
        }

        identities = found.ToImmutable();
        return reason is null;
    }

    private static Assertion Assert(EnrolledIdentity asker, Trust trust, SigningKey run, RegisteredPoint point, long seconds)
        => asker.Uid is { } uid
            ? new Assertion(AssertionKinds.RunToken, new RunTokenClaims(trust.Issuer, "urn:execution:point:" + point.Id, asker.Subject, null, uid, null, "check", seconds, seconds + 60, Random128()).Sign(run))
            : new Assertion(AssertionKinds.AccessToken, run.SignCompact(TokenTypes.AccessToken, JsonValue.Object(
                ("iss", JsonValue.Of(trust.Issuer)), ("sub", JsonValue.Of(asker.Id)), ("aud", JsonValue.Of(trust.Resource)), ("client_id", JsonValue.Of("obstat-check")),
                ("iat", JsonValue.Of(seconds)), ("exp", JsonValue.Of(seconds + 60)), ("jti", JsonValue.Of(Random128())))));

    private static string Random128() => Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
}
