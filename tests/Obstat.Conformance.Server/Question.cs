using System.Security.Cryptography;
using System.Text;
using ModelContextProtocol.Protocol;

namespace Obstat.Conformance.Server;

/// <summary>Questions to the client's side, as revision 2026-07-28 has them, and their answers.</summary>
internal static class Question
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static InputRequiredException Ask(string? state, params (string Name, InputRequest Request)[] requests)
        => new(requests.ToDictionary(r => r.Name, r => r.Request), state);

    public static InputRequest Form(string message, string property, string type) => Offer.Parse<InputRequest>(
        $$$$"""{"method":"elicitation/create","params":{"message":"{{{{message}}}}","requestedSchema":{"type":"object","properties":{"{{{{property}}}}":{"type":"{{{{type}}}}"}},"required":["{{{{property}}}}"]}}}""");

    public static InputRequest Sample(string text) => Offer.Parse<InputRequest>(
        $$$$"""{"method":"sampling/createMessage","params":{"messages":[{"role":"user","content":{"type":"text","text":"{{{{text}}}}"}}],"maxTokens":100}}""");

    public static InputRequest Roots => Offer.Parse<InputRequest>("""{"method":"roots/list","params":{}}""");

    /// <summary>Whether an answer of that name came, and a value of it.</summary>
    public static bool Context(RequestParams parameters, string name, out string said)
    {
        said = "";
        if (parameters.InputResponses?.TryGetValue(name, out var response) != true)
        {
            return false;
        }

        said = "answered";
        return true;
    }

    /// <summary>A state that only this server can have made.</summary>
    public static string Sealed(string text) => text + "." + Convert.ToHexString(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(text)));

    public static bool IsSealed(string? state, string text) => state == Sealed(text);
}
