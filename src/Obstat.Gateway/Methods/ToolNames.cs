using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Obstat.Gateway.Methods;

/// <summary>Names of tools: <c>[A-Za-z0-9_.-]{1,128}</c>, exact. What looks like another name is no name.</summary>
internal static class ToolNames
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>Whether a text is the name of a tool.</summary>
    public static bool IsName([NotNullWhen(true)] string? text) => text is { Length: > 0 and <= 128 } && !text.AsSpan().ContainsAnyExcept(Letters);
}
