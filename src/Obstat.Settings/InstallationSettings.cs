using System.Collections.Immutable;
using Obstat.Proof;

namespace Obstat.Settings;

/// <summary>What one <c>obstat.json</c> says, with every default filled in and every path absolute. Immutable; a changed file is a new object.</summary>
public sealed record InstallationSettings
{
    internal InstallationSettings()
    {
    }

    /// <summary>The file that was read, absolute.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file's bytes.</summary>
    public required Digest Digest { get; init; }

    /// <summary>First label of the ledger's origin, <c>[a-z0-9-]{1,32}</c>.</summary>
    public required string Tenant { get; init; }

    /// <summary>Where the keys, the ledger and everything else that is not configuration stand.</summary>
    public required InstallationPaths Paths { get; init; }

    /// <summary>The sockets that the processes serve.</summary>
    public required ListenSettings Listen { get; init; }

    /// <summary>Issuers whose access tokens are accepted, in the order of the file. Empty: none.</summary>
    public required ImmutableArray<IssuerSettings> Issuers { get; init; }

    /// <summary>What the gateway guards.</summary>
    public required GatewaySettings Gateway { get; init; }

    /// <summary>Tools that the public listener names, as <c>server/tool</c>; no other name stands there.</summary>
    public required ImmutableArray<string> PublicTools { get; init; }

    /// <summary>The collector that gets metrics and spans by OTLP over HTTP; null: none.</summary>
    public required Uri? Otlp { get; init; }

    /// <summary>Limits, each at or below its built-in maximum.</summary>
    public required LimitSettings Limits { get; init; }
}
