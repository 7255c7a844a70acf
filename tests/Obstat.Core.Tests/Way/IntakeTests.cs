using Obstat.Core.Requests;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Tests.Way;

public sealed class IntakeTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    private void Refused(DenyReason reason, Func<AskRequest, AskRequest> change)
    {
        var ask = change(_bench.Ask(_bench.Call("transfer", "{}")));
        Assert.False(ExecutionRequest.Intake.TryTake(ask, Digest.Of(PlaneMessage.Write(ask)), _bench.At, out var request, out var refusal));
        Assert.Null(request);
        Assert.Equal(reason, refusal.Reason);
    }

    [Fact]
    public void An_ask_that_is_not_understood_to_the_last_member_is_refused()
    {
        Refused(DenyReason.Malformed, a => a with { Ep = a.Ep with { Id = "gw-2" } });
        Refused(DenyReason.Malformed, a => a with { Aud = "urn:execution:server:other" });
        Refused(DenyReason.Malformed, a => a with { Facts = JsonValue.Object(("peer_pid", JsonValue.Of(1))) });
        Refused(DenyReason.Malformed, a => a with { Facts = JsonValue.Object(("peer_uid", JsonValue.Of("1000"))) });
        Refused(DenyReason.Malformed, a => a with { Trace = JsonValue.EmptyObject });
        Refused(DenyReason.Malformed, a => a with { Action = a.Action!.With("cred", JsonValue.Of("admin")) });
        Refused(DenyReason.Malformed, a => a with { Action = a.Action!.With("sudo", JsonValue.True) });
        Refused(DenyReason.Malformed, a => a with { Action = a.Action!.Without("name") });
        Refused(DenyReason.UnknownAction, a => a with { Action = a.Action!.With("kind", JsonValue.Of("http")) });
        Refused(DenyReason.UnknownAction, a => a with { Action = a.Action!.With("method", JsonValue.Of("tasks/get")) });
        Refused(DenyReason.UnknownAction, a => a with { Action = null, Task = "kPz0T1mJ0m2hU0mS5yqgXw" });
        Refused(DenyReason.UnknownAction, a => a with { Use = "plane" });
        Refused(DenyReason.PossessionUnproven, a => a with { HolderThumbprint = _bench.Local.Kid });
    }
}
