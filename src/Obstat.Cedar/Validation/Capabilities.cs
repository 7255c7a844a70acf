using System.Collections.Immutable;
using Obstat.Cedar.Syntax;

namespace Obstat.Cedar.Validation;

/// <summary>
/// What an expression has proved to be there when it is true: optional attributes and tags, named by the syntax of what has them. Parentheses and the way an attribute
/// is written do not count.
/// </summary>
internal sealed class Capabilities
{
    private readonly ImmutableHashSet<string> _proved;

    private Capabilities(ImmutableHashSet<string> proved) => _proved = proved;

    public static Capabilities None { get; } = new(ImmutableHashSet.Create<string>(StringComparer.Ordinal));

    public static string Attribute(Expr target, string name) => ExprPrinter.Print(target) + "\0a" + name;

    public static string Tag(Expr target, Expr key) => ExprPrinter.Print(target) + "\0t" + ExprPrinter.Print(key);

    public static Capabilities Of(string proved) => new(None._proved.Add(proved));

    public bool Contains(string proved) => _proved.Contains(proved);

    public Capabilities And(Capabilities other) => _proved.IsEmpty ? other : other._proved.IsEmpty ? this : new(_proved.Union(other._proved));

    public Capabilities Common(Capabilities other) => _proved.IsEmpty || other._proved.IsEmpty ? None : new(_proved.Intersect(other._proved));
}
