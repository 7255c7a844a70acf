using System.Collections.Immutable;
using System.Globalization;
using Obstat.Cedar.Schemas;

namespace Obstat.Cedar.Mcp;

/// <summary>Declares mapped types in a draft. A name that two types would share is refused: <see cref="Refusal"/> then names it.</summary>
internal sealed class TypeWriter(SchemaDraft draft, SchemaProfile profile)
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>The path that two different types would have; null while there is none.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The attributes of an object as a record type, its parts declared on the way.</summary>
    public TypeExpression.Record Record(InputType type, string? within = null)
        => new([.. type.Properties.Select(p => new FieldDeclaration(p.Key, Express(p.Value.Type, within), p.Value.IsRequired, []))], default);

    /// <summary>The type as it is referred to, declared where it needs to be.</summary>
    /// <param name="type">The type.</param>
    /// <param name="within">The namespace of the definition that is being declared, from which its neighbours are called by their bare names; null elsewhere.</param>
    public TypeExpression Express(InputType type, string? within = null)
    {
        if (type.Alias.Length > 0)
        {
            Declare(type.Alias, (space, name) => draft.Add(space, new AliasDeclaration(name, Express(type.AliasOf!, space), [], default)));
            return Reference(type.Alias, TypeNameKind.Common, within);
        }

        switch (type.Kind)
        {
            case InputKind.Bool:
                return Named("Bool");
            case InputKind.Integer:
                return Named("Long");
            case InputKind.String:
                return Named("String");
            case InputKind.Date or InputKind.DateTime:
                return Named("datetime");
            case InputKind.Duration:
                return Named("duration");
            case InputKind.IpV4 or InputKind.IpV6:
                return Named("ipaddr");
            case InputKind.Number or InputKind.DecimalText:
                return Named("decimal");
            case InputKind.Set:
                return new TypeExpression.Set(Express(type.Element!, within), default);
            case InputKind.Tuple:
                return Fields(type.Parts, "proj", isRequired: true, within);
            case InputKind.Union:
                return Fields(type.Parts, "typeChoice", isRequired: false, within);
            case InputKind.Enum:
                Declare(type.Name, (space, name) => draft.Add(space, new EntityDeclaration(name, [], null, null, type.Values, [], default)));
                return Reference(type.Name, TypeNameKind.Entity, type.IsDefinition ? within : null);
            case InputKind.Record:
                Declare(type.Name, (space, name) => draft.Add(space, new AliasDeclaration(name, Record(type, Inside(type, space)), [], default)));
                return Reference(type.Name, TypeNameKind.Common, type.IsDefinition ? within : null);
            case InputKind.Entity:
                Declare(type.Name, (space, name) => draft.Add(space, new EntityDeclaration(
                    name, [], type.Properties.IsEmpty ? null : Record(type, Inside(type, space)), type.Element is null ? null : Express(type.Element, Inside(type, space)), default, [], default)));
                return Reference(type.Name, TypeNameKind.Entity, type.IsDefinition ? within : null);
            default:
                // Opaque types are shared by all tools of a server.
                var (home, bare) = SchemaDraft.Split(type.Name);
                if (_written.Add(type.Name) && draft.EntityOf(home, bare) is null && !draft.Add(home, new EntityDeclaration(bare, [], null, null, default, [], default)))
                {
                    Refusal ??= type.Name;
                }

                return Reference(type.Name, TypeNameKind.Entity, null);
        }
    }

    private static string? Inside(InputType type, string space) => type.IsDefinition ? space : null;

    private static TypeExpression.Named Named(string name) => new(name, TypeNameKind.BuiltIn, default);

    private TypeExpression.Named Reference(string path, TypeNameKind kind, string? within)
        => new(profile.IsOfficial && within is not null && path.StartsWith(within + "::", StringComparison.Ordinal) && path.LastIndexOf("::", StringComparison.Ordinal) == within.Length
            ? path[(within.Length + 2)..]
            : path, kind, default);

    private TypeExpression.Record Fields(ImmutableArray<InputType> parts, string prefix, bool isRequired, string? within)
        => new(
            [.. parts.Select((p, i) => new FieldDeclaration(prefix + i.ToString(CultureInfo.InvariantCulture), Express(p, within), isRequired, [])).OrderBy(f => f.Name, StringComparer.Ordinal)],
            default);

    // A type that contains itself refers to itself while it is declared.
    private void Declare(string path, Func<string, string, bool> add)
    {
        var (space, name) = SchemaDraft.Split(path);
        if (_written.Add(path) && !add(space, name))
        {
            Refusal ??= path;
        }
    }
}
