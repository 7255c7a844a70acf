using Obstat.Core.Decisions;
using Obstat.Core.Records;
using Obstat.Proof;
using Obstat.Proof.Sealing;

namespace Obstat.Core.Tests.Way;

/// <summary>Seals with a key that it forgets. It can be told to throw, to hang, and to have nothing.</summary>
internal sealed class FakeSealer(string fault = "") : ISealer
{
    public async Task<SealedDecision?> SealAsync(Decided decided, CancellationToken cancellation)
    {
        switch (fault)
        {
            case "throws":
                throw new InvalidOperationException("sealer");
            case "hangs":
                await Task.Delay(Timeout.Infinite, cancellation);
                return null;
            case "nothing":
                return null;
            default:
                var plain = SealedContent.Of("request", new byte[16], ("action", decided.Request.Action.Json)).ToBytes();
                var blob = SealedBlob.Seal(new byte[32], new byte[12], new byte[16], "t-1.fake.example", "request", plain);
                return new SealedDecision(
                    decided.Identified.IsVerified ? "p-1" : null, [], [SealedBlob.Reference("request", blob, plain)], [new StoredBlob(Digest.Of(blob), blob)]);
        }
    }
}
