using Obstat.Proof.Json;

namespace Obstat.Proof.Messages;

/// <summary>One body of the plane's API, in both directions. Strict: every member is there, and no other.</summary>
/// <typeparam name="T">The message itself.</typeparam>
public interface IPlaneMessage<T>
    where T : class, IPlaneMessage<T>
{
    /// <summary>The message as JSON, with every member of its format.</summary>
    JsonValue ToJson();

    /// <summary>Takes the members of the message; what the fields refuse is refused by <see cref="PlaneMessage"/>.</summary>
    static abstract T Read(JsonFields fields);
}
