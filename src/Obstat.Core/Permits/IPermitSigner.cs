using Obstat.Proof.Permits;

namespace Obstat.Core.Permits;

/// <summary>Holds the plane's permit key. Safe for concurrent use; it signs what it is given and nothing else.</summary>
public interface IPermitSigner
{
    /// <summary>The compact permit; null where the key is gone.</summary>
    Task<string?> SignAsync(PermitClaims claims, CancellationToken cancellation);
}
