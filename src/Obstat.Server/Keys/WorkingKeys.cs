using Obstat.Core.Permits;
using Obstat.Core.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;
using Obstat.Proof.Statements;
using Obstat.Server.Telemetry;

namespace Obstat.Server.Keys;

/// <summary>
/// The keys of one start, in memory alone: permits, statements, identities. Announced by a <c>key-set</c> entry before their first use, and gone with the process.
/// </summary>
internal sealed class WorkingKeys : IPermitSigner, IDisposable
{
    /// <summary>How long they sign.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    private readonly SigningKey _permit = SigningKey.Create(KeyRole.Permit);

    /// <summary>Signs leases and orders.</summary>
    public SigningKey Lease { get; } = SigningKey.Create(KeyRole.Lease);

    public WorkingKeys(DateTimeOffset now) => (From, Until) = (now, now + Life);

    /// <summary>Thumbprint of the key that signs permits.</summary>
    public string PermitKid => _permit.Kid;

    /// <summary>Signs the plane's statements.</summary>
    public StatementSigner Statements { get; } = StatementSigner.Generate();

    /// <summary>Signs run tokens and access tokens.</summary>
    public SigningKey Run { get; } = SigningKey.Create(KeyRole.Run);

    /// <summary>Since when they sign.</summary>
    public DateTimeOffset From { get; }

    /// <summary>Until when they sign.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>The entry that announces them, proven by the root.</summary>
    public KeySetStatement Announce(Sequenced place, PlaneKeys keys) => new KeySetStatement
    {
        Nonce = place.Nonce,
        Origin = place.Origin,
        Time = place.Time,
        Clock = place.Clock,
        Plane = place.Plane,
        Keys =
        [
            StatementKey.Of(Statements.PublicKey, KeyRoles.Statement),
            StatementKey.Of(PublicOf(_permit), KeyRoles.Permit),
            StatementKey.Of(PublicOf(Lease), KeyRoles.Lease),
            StatementKey.Of(PublicOf(Run), KeyRoles.Run),
        ],
        From = Timestamp.From(From),
        Until = Timestamp.From(Until),
        Root = keys.RootSigner.PublicKey.Kid,
        Proof = "",
    }.Prove(keys.RootSigner);

    /// <summary>The same keys as a token for enforcement points, signed by the root.</summary>
    public string KeySet(string issuer, string headKey, PlaneKeys keys, DateTimeOffset now)
    {
        var (from, until) = (From.ToUnixTimeSeconds(), Until.ToUnixTimeSeconds());
        return new PlaneKeySet(issuer, Math.Max(from, now.ToUnixTimeSeconds()), until, headKey, [new KeySetMember(_permit.Public, from, until), new KeySetMember(Lease.Public, from, until), new KeySetMember(Run.Public, from, until)]).Sign(keys.Root);
    }

    /// <inheritdoc/>
    public Task<string?> SignAsync(PermitClaims claims, CancellationToken cancellation)
    {
        using var span = GateMeter.Permits();
        return Task.FromResult(claims.IssuedAt < Until.ToUnixTimeSeconds() ? claims.Sign(_permit) : null);
    }

    public void Dispose() => Statements.Dispose();

    private static P256PublicKey PublicOf(SigningKey key)
        => P256PublicKey.TryFromSpki(key.Public.SubjectPublicKeyInfo.Span, out var half) ? half : throw new InvalidOperationException("a working key is on P-256");
}
