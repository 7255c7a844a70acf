using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;

namespace Obstat.Server.Listeners;

/// <summary>An answer on its way out.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The bytes.</param>
/// <param name="ContentType">Their type.</param>
internal readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body, string ContentType = PlaneMessage.ContentType)
{
    /// <summary>It was done.</summary>
    public static Answer Of<T>(T message)
        where T : class, IPlaneMessage<T> => new(200, PlaneMessage.Write(message));

    /// <summary>No decision: what a point or a caller is told.</summary>
    public static Answer Refused(int status, DenyReason reason) => new(status, PlaneMessage.Write(new RefusalAnswer(reason)));

    /// <summary>Nothing was done: what an operator is told.</summary>
    public static Answer Refused(int status, DenyReason reason, string detail) => new(status, PlaneMessage.Write(new AdminRefusal(reason, detail)));
}
