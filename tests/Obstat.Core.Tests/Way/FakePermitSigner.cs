using Obstat.Core.Permits;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;

namespace Obstat.Core.Tests.Way;

/// <summary>The permit key in memory. It can be told to throw, to hang, and to be gone.</summary>
internal sealed class FakePermitSigner(SigningKey key, string fault = "") : IPermitSigner
{
    public async Task<string?> SignAsync(PermitClaims claims, CancellationToken cancellation)
    {
        if (fault == "hangs")
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        return fault switch
        {
            "throws" => throw new InvalidOperationException("signer"),
            "gone" => null,
            _ => claims.Sign(key),
        };
    }
}
