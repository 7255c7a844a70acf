using System.Security.Cryptography;
using Obstat.Core.Identities;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Server.Keys;
using Obstat.Server.Listeners;
using Obstat.Server.Points;
using Obstat.Server.Sources;
using Obstat.Settings;

namespace Obstat.Server.Api;

/// <summary>Gives identities to those who are enrolled: a run token for a proof of possession by the peer's own user, an access token for a person without an issuer.</summary>
internal sealed class IdentityDesk(InstallationSettings settings, WorkingKeys working, Snapshots snapshots, TimeProvider clock)
{
    private const string ClientId = "obstat-cli";

    private readonly Nonces _nonces = new(clock);

    private Trust Trust => snapshots.Current.Snapshot.Trust;

    /// <summary>A nonce to prove possession with.</summary>
    public Answer Nonce(ReadOnlyMemory<byte> body)
        => !PlaneMessage.TryRead<NonceRequest>(body.Span, out _, out var error) ? Answer.Refused(400, DenyReason.Malformed, error.ToString())
            : _nonces.Give() is { } nonce ? Answer.Of(new NonceAnswer(nonce, Trust.Issuer))
            : Answer.Refused(503, DenyReason.Late, "too many nonces are open");

    /// <summary>A run token for the local identity of the peer.</summary>
    public Answer RunToken(ReadOnlyMemory<byte> body, Peer peer)
    {
        var now = clock.GetUtcNow();
        if (!PlaneMessage.TryRead<RunTokenRequest>(body.Span, out var request, out var error))
        {
            return Answer.Refused(400, DenyReason.Malformed, error.ToString());
        }

        if (!PossessionProof.TryVerify(request.Proof, now.ToUnixTimeSeconds(), out var proof, out var key, out var refusal))
        {
            return Answer.Refused(403, DenyReason.IdentityUnverifiable, refusal.Detail);
        }

        var enrolled = Trust.Identities.Values.FirstOrDefault(i => i.Jwk is not null && i.Jwk.Equals(key.Jwk));
        var detail = proof.Aud != Trust.Issuer ? "the proof is for another plane"
            : !_nonces.Take(proof.Nonce) ? "the nonce was not given out, was used, or is too old"
            : proof.Uid != peer.UserId ? "the peer of the socket is another user than the proof says"
            : enrolled is null ? "this key is not enrolled"
            : enrolled.Uid != peer.UserId ? "this key is enrolled for another user"
            : null;
        if (detail is not null || enrolled is null)
        {
            return Answer.Refused(403, DenyReason.IdentityUnverifiable, detail ?? "");
        }

        var (from, until) = Times(now, settings.Limits.Token);
        var token = new RunTokenClaims(Trust.Issuer, "urn:execution:point:" + settings.Gateway.Point, enrolled.Subject, null, peer.UserId, null, HostBoot(), from, until, Random128()).Sign(working.Run);
        return Answer.Of(new RunTokenAnswer(token, until));
    }

    /// <summary>An access token of an enrolled person.</summary>
    public Answer AccessToken(ReadOnlyMemory<byte> body)
    {
        if (!PlaneMessage.TryRead<AccessTokenRequest>(body.Span, out var request, out var error))
        {
            return Answer.Refused(400, DenyReason.Malformed, error.ToString());
        }

        var person = EnrolledIdentity.Person(request.Name);
        if (!Trust.Identities.TryGetValue(person.Subject, out var enrolled) || enrolled.Kind != PrincipalKind.User)
        {
            return Answer.Refused(404, DenyReason.IdentityUnverifiable, $"no person is enrolled as {request.Name}");
        }

        var (from, until) = Times(clock.GetUtcNow(), TimeSpan.FromSeconds(request.LifeSeconds));
        var token = working.Run.SignCompact(TokenTypes.AccessToken, JsonValue.Object(
            ("iss", JsonValue.Of(Trust.Issuer)),
            ("aud", JsonValue.Of(request.Audience)),
            ("sub", JsonValue.Of(enrolled.Id)),
            ("client_id", JsonValue.Of(ClientId)),
            ("jti", JsonValue.Of(Random128())),
            ("iat", JsonValue.Of(from)),
            ("exp", JsonValue.Of(until))));
        return Answer.Of(new AccessTokenAnswer(token, until));
    }

    private (long From, long Until) Times(DateTimeOffset now, TimeSpan life) => (now.ToUnixTimeSeconds(), Math.Min((now + life).ToUnixTimeSeconds(), working.Until.ToUnixTimeSeconds()));

    private static string HostBoot()
    {
        const string path = "/proc/sys/kernel/random/boot_id";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "unknown";
    }

    private static string Random128() => Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
}
