using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Schemas;

/// <summary>A schema, or a part of one, as written: names may point to what other parts declare.</summary>
public sealed class SchemaFragment
{
    internal SchemaFragment(IEnumerable<NamespaceFragment> namespaces) => Namespaces = [.. namespaces];

    /// <summary>The namespaces, in the order written.</summary>
    public ImmutableArray<NamespaceFragment> Namespaces { get; }

    /// <summary>Reads the text form.</summary>
    public static Parsed<SchemaFragment> Parse(string text)
    {
        var bag = new DiagnosticBag();
        var fragment = SchemaParser.Parse(text, bag);
        return bag.IsEmpty ? new(fragment) : new(bag.Items);
    }

    /// <summary>Reads the JSON form.</summary>
    public static Parsed<SchemaFragment> ParseJson(string json)
    {
        var bag = new DiagnosticBag();
        var fragment = Json.SchemaJsonReader.Parse(json, bag);
        return bag.IsEmpty && fragment is not null ? new(fragment) : new(bag.Items);
    }

    /// <summary>The JSON form.</summary>
    public string ToJson() => Json.SchemaJsonWriter.Write(this);

    /// <summary>
    /// The text form. A name that JSON marks as an entity type is written bare, so it means the common type of that name where both are declared: resolve and compare
    /// where that can be.
    /// </summary>
    public string ToText() => SchemaPrinter.Print(this);

    internal static Parsed<Schema> Resolve(IEnumerable<Parsed<SchemaFragment>> fragments)
    {
        var bag = new DiagnosticBag();
        var namespaces = new List<NamespaceFragment>();
        foreach (var parsed in fragments)
        {
            bag.AddRange(parsed.Diagnostics);
            if (parsed.TryGet(out var fragment))
            {
                namespaces.AddRange(fragment.Namespaces);
            }
        }

        if (!bag.IsEmpty)
        {
            return new(bag.Items);
        }

        var schema = new SchemaResolver(namespaces, bag).Resolve();
        return bag.IsEmpty ? new(schema) : new(bag.Items);
    }
}
