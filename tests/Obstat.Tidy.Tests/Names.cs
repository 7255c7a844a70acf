using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Obstat.Tidy.Tests;

/// <summary>Names that must not exist: switches that would turn a refusal into an execution, and drawers for want of a better word.</summary>
internal static partial class Names
{
    private static readonly string[] Switches = ["fail open", "open on failure", "skip", "force", "insecure", "audit only", "allow default", "dry allow"];
    private static readonly string[] Drawers = ["common", "utils", "util", "utilities", "helpers", "helper", "shared", "abstractions", "infrastructure", "misc", "manager", "managers", "service", "services"];

    /// <summary>Declared identifiers and whole string literals (options, settings, variables) in product code.</summary>
    public static IEnumerable<string> ForbiddenSwitches(IEnumerable<SourceFile> files)
        => from file in files
           where file.IsCSharp && file.Path.StartsWith("src/", StringComparison.Ordinal)
           from name in Declared(file.Text).Concat(Literals(file.Text))
           let words = Words(name).Replace("in force", "valid", StringComparison.Ordinal) // a law in force is no switch
           from forbidden in Switches
           where $" {words} ".Contains($" {forbidden} ", StringComparison.Ordinal)
           select $"{file.Path}: \"{name}\" ({forbidden})";

    /// <summary>Projects, folders, files and types.</summary>
    public static IEnumerable<string> ForbiddenDrawers(IEnumerable<SourceFile> files)
        => from file in files
           where file.Path.StartsWith("src/", StringComparison.Ordinal) || file.Path.StartsWith("tests/", StringComparison.Ordinal)
           from name in file.Path.Split('/').Concat(file.IsCSharp ? Types(file.Text) : [])
           from word in Words(Path.GetFileNameWithoutExtension(name)).Split(' ')
           where Drawers.Contains(word)
           select $"{file.Path}: \"{name}\" is a drawer";

    private static IEnumerable<string> Types(string text)
        => CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(t => t.Identifier.Text);

    private static IEnumerable<string> Declared(string text)
        => CSharpSyntaxTree.ParseText(text).GetRoot().DescendantNodes().SelectMany(node => node switch
        {
            BaseTypeDeclarationSyntax type => [type.Identifier.Text],
            MethodDeclarationSyntax method => [method.Identifier.Text],
            PropertyDeclarationSyntax property => [property.Identifier.Text],
            EnumMemberDeclarationSyntax member => [member.Identifier.Text],
            ParameterSyntax parameter => [parameter.Identifier.Text],
            VariableDeclaratorSyntax variable => [variable.Identifier.Text],
            SingleVariableDesignationSyntax designation => [designation.Identifier.Text],
            LocalFunctionStatementSyntax function => [function.Identifier.Text],
            _ => Array.Empty<string>(),
        });

    private static IEnumerable<string> Literals(string text)
        => CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens().Where(t => t.IsKind(SyntaxKind.StringLiteralToken)).Select(t => t.ValueText).Where(v => Token().IsMatch(v));

    /// <summary>"--fail-open", "OBSTAT_FAIL_OPEN" and "FailOpen" are the words "fail open".</summary>
    private static string Words(string name)
        => Separators().Replace(Humps().Replace(name, " $0"), " ").Trim().ToLowerInvariant();

    [GeneratedRegex(@"(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])")]
    private static partial Regex Humps();

    [GeneratedRegex(@"[^A-Za-z0-9]+")]
    private static partial Regex Separators();

    [GeneratedRegex(@"^[-A-Za-z_:]+$")]
    private static partial Regex Token();
}
