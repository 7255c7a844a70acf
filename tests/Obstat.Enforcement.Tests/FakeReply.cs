using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Enforcement.Tests;

/// <summary>What a fake plane answers over HTTP.</summary>
internal readonly record struct FakeReply(int Status, byte[] Body)
{
    public static FakeReply Ok<T>(T message)
        where T : class, IPlaneMessage<T> => new(200, PlaneMessage.Write(message));

    public static FakeReply Refuse(int status, DenyReason reason) => new(status, PlaneMessage.Write(new RefusalAnswer(reason)));
}
