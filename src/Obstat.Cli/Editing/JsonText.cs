using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Obstat.Cli.Editing;

/// <summary>Changes one member of a JSON file that people write, and nothing else in it: comments, order and layout stay. The result is to be parsed again before it is written.</summary>
internal static class JsonText
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Sets the member at <paramref name="path"/> to a value given as text; objects on the way are made.</summary>
    public static string Set(string text, IReadOnlyList<string> path, string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var at = Read(utf8);
        for (var depth = 0; depth < path.Count; depth++)
        {
            if (at.Members.FirstOrDefault(m => m.Name == path[depth]) is { } member)
            {
                at = member.Value;
                continue;
            }

            var indent = new string(' ', (depth + 1) * 2);
            var inner = value;
            for (var i = path.Count - 1; i > depth; i--)
            {
                inner = $"{{ {JsonSerializer.Serialize(path[i], NameOnly.Default.String)}: {inner} }}";
            }

            // The first member gets no comma, so that a file without comments and trailing commas stays one.
            var made = string.Create(CultureInfo.InvariantCulture, $"\n{indent}{JsonSerializer.Serialize(path[depth], NameOnly.Default.String)}: {inner}{(at.Members.Count == 0 ? "" : ",")}");
            var rest = utf8.AsSpan(at.Start + 1);
            var separator = rest.Length > 0 && rest[0] is (byte)'}' ? "\n" + new string(' ', depth * 2) : "";
            return Encoding.UTF8.GetString(utf8.AsSpan(0, at.Start + 1)) + made + separator + Encoding.UTF8.GetString(rest);
        }

        return Encoding.UTF8.GetString(utf8.AsSpan(0, at.Start)) + value + Encoding.UTF8.GetString(utf8.AsSpan(at.End));
    }

    /// <summary>Removes the member at <paramref name="path"/>, with its comma; the text itself where there is none.</summary>
    public static string Remove(string text, IReadOnlyList<string> path)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var at = Read(utf8);
        var member = default(NodeMember);
        foreach (var name in path)
        {
            member = at.Members.FirstOrDefault(m => m.Name == name);
            if (member is null)
            {
                return text;
            }

            at = member.Value;
        }

        var (start, end) = (member!.Start, at.End);
        while (end < utf8.Length && char.IsWhiteSpace((char)utf8[end]))
        {
            end++;
        }

        end = end < utf8.Length && utf8[end] == ',' ? end + 1 : at.End;
        while (start > 0 && utf8[start - 1] is (byte)' ' or (byte)'\t')
        {
            start--;
        }

        start = start > 0 && utf8[start - 1] == '\n' && end < utf8.Length && utf8[end] == '\n' ? start - 1 : start;
        return Encoding.UTF8.GetString(utf8.AsSpan(0, start)) + Encoding.UTF8.GetString(utf8.AsSpan(end));
    }

    /// <summary>Adds an item to the end of the list at <paramref name="path"/>; the list, and objects on the way, are made.</summary>
    public static string Append(string text, IReadOnlyList<string> path, string item)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        if (Find(Read(utf8), path) is not { } list)
        {
            return Set(text, path, $"[{item}]");
        }

        var at = list.Items.Count == 0 ? list.Start + 1 : list.Items[^1].End;
        return Encoding.UTF8.GetString(utf8.AsSpan(0, at)) + (list.Items.Count == 0 ? "" : ", ") + item + Encoding.UTF8.GetString(utf8.AsSpan(at));
    }

    /// <summary>Removes an item of the list at <paramref name="path"/>, with its comma.</summary>
    public static string Remove(string text, IReadOnlyList<string> path, int index)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var items = Find(Read(utf8), path)!.Items;
        var (start, end) = index + 1 < items.Count ? (items[index].Start, items[index + 1].Start) : (index == 0 ? items[index].Start : items[index - 1].End, items[index].End);
        return Encoding.UTF8.GetString(utf8.AsSpan(0, start)) + Encoding.UTF8.GetString(utf8.AsSpan(end));
    }

    /// <summary>Replaces an item of the list at <paramref name="path"/>.</summary>
    public static string Replace(string text, IReadOnlyList<string> path, int index, string item)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var old = Find(Read(utf8), path)!.Items[index];
        return Encoding.UTF8.GetString(utf8.AsSpan(0, old.Start)) + item + Encoding.UTF8.GetString(utf8.AsSpan(old.End));
    }

    /// <summary>What stands at a path of names; in a list, a number is an index.</summary>
    private static Node? Find(Node at, IReadOnlyList<string> path)
    {
        foreach (var name in path)
        {
            if (at.Items.Count > 0 && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.Items.Count)
            {
                at = at.Items[index];
                continue;
            }

            if (at.Members.FirstOrDefault(m => m.Name == name) is not { } member)
            {
                return null;
            }

            at = member.Value;
        }

        return at;
    }

    private static Node Read(byte[] utf8)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        _ = reader.Read();
        return Read(ref reader);
    }

    private static Node Read(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        var members = new List<NodeMember>();
        var items = new List<Node>();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var (name, at) = (reader.GetString()!, (int)reader.TokenStartIndex);
                _ = reader.Read();
                members.Add(new NodeMember(name, at, Read(ref reader)));
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                items.Add(Read(ref reader));
            }
        }

        return new Node(start, (int)reader.BytesConsumed, members, items);
    }

    private sealed record Node(int Start, int End, List<NodeMember> Members, List<Node> Items);

    private sealed record NodeMember(string Name, int Start, Node Value);
}
