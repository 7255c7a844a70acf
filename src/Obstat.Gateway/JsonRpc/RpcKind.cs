namespace Obstat.Gateway.JsonRpc;

/// <summary>What a JSON-RPC 2.0 message is. Zero is no message.</summary>
internal enum RpcKind
{
    /// <summary>Not understood.</summary>
    None = 0,

    /// <summary>Asks and wants an answer: has an id and a method.</summary>
    Request,

    /// <summary>Tells and wants no answer: has a method and no id.</summary>
    Notification,

    /// <summary>Answers with a result.</summary>
    Result,

    /// <summary>Answers with an error.</summary>
    Error,
}
