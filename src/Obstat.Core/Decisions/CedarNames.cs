using System.Globalization;
using System.Text;
using Obstat.Cedar.Values;

namespace Obstat.Core.Decisions;

/// <summary>Names of servers and tools as names of the language. Ids are the exact strings; a type segment is the name if it is a legal identifier, else an escaped form of it.</summary>
public static class CedarNames
{
    private static readonly string[] Reserved = ["true", "false", "if", "then", "else", "in", "like", "has", "is", "__cedar"];

    public const string Agent = "Plane::Agent";
    public const string User = "Plane::User";
    public const string Server = "Plane::Server";
    public const string Tool = "Plane::Tool";
    public const string Team = "Plane::Team";
    public const string Source = "Plane::Source";
    public const string Evidence = "Plane::Evidence";
    public const string Label = "Plane::Label";
    public const string Group = "Plane::Action";
    public const string McpAction = "Plane::Mcp::Action";
    public const string McpArguments = "Plane::Mcp::Arguments";

    /// <summary>The types whose entities are minted from assertions, so that a policy may name one that no file holds.</summary>
    public static bool IsMinted(string type) => type is Agent or User;

    public static EntityUid ServerUid(string server) => new(Server, server);

    public static EntityUid ToolUid(string server, string tool) => new(Tool, $"{server}/{tool}");

    public static EntityUid ActionUid(string server, string tool) => new(Segment(server) + "::Action", tool);

    public static EntityUid GroupUid(string group) => new(Group, group);

    /// <summary>Every UTF-8 byte outside <c>[A-Za-z0-9_]</c> as <c>_xHH</c>; a leading digit gets <c>_</c> before it, a reserved word <c>_</c> after it.</summary>
    public static string Segment(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            _ = char.IsAsciiLetterOrDigit((char)b) || b == '_' ? text.Append((char)b) : text.Append("_x").Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        var segment = text.Length == 0 || char.IsAsciiDigit(text[0]) ? "_" + text : text.ToString();
        return Reserved.Contains(segment, StringComparer.Ordinal) ? segment + "_" : segment;
    }
}
