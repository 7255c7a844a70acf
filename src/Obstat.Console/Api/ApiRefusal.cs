namespace Obstat.Console.Api;

/// <summary>Why a question was not answered.</summary>
/// <param name="Code"><c>bad-request</c>, <c>login</c>, <c>denied</c>, <c>not-found</c>, <c>busy</c>, or a reason code.</param>
/// <param name="Detail">What was expected and what came; never a secret.</param>
/// <param name="Parameter">The parameter that is meant; null where none is.</param>
public sealed record ApiRefusal(string Code, string Detail, string? Parameter = null)
{
    /// <summary>The question is malformed.</summary>
    public const string BadRequest = "bad-request";

    /// <summary>There is no session.</summary>
    public const string Login = "login";

    /// <summary>The session's role does not allow it.</summary>
    public const string Denied = "denied";

    /// <summary>There is no such thing.</summary>
    public const string NotFound = "not-found";

    /// <summary>All that may ask at once are asking.</summary>
    public const string Busy = "busy";
}
