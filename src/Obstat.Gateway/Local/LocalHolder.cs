using System.Collections.Immutable;
using Obstat.Proof.Messages;

namespace Obstat.Gateway.Local;

/// <summary>Who asks on one local connection: the run token that was given last.</summary>
/// <param name="token">The token of the hello; null where none could be had.</param>
internal sealed class LocalHolder(string? token)
{
    private string? _token = token;

    /// <summary>As the plane is told; empty without a token.</summary>
    public ImmutableArray<Assertion> Assertions => Volatile.Read(ref _token) is { } token ? [new Assertion(AssertionKinds.RunToken, token)] : [];

    /// <summary>From here on this one is told.</summary>
    public void Renew(string token) => Volatile.Write(ref _token, token);
}
