using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Obstat.Core.Tests.Forgeries;

/// <summary>Compiles a small program of a stranger: another assembly, which sees what everybody sees.</summary>
internal static class Compiler
{
    private const string Usings = """
        using System;
        using System.Collections.Immutable;
        using System.Text.Json;
        using System.Threading;
        using System.Threading.Tasks;
        using Obstat.Core;
        using Obstat.Core.Decisions;
        using Obstat.Core.Identities;
        using Obstat.Core.Permits;
        using Obstat.Core.Records;
        using Obstat.Core.Requests;
        using Obstat.Proof;
        using Obstat.Proof.Messages;
        using Obstat.Proof.Permits;
        using Obstat.Proof.Reasons;

        """;

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p).StartsWith("Obstat.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll" or "mscorlib.dll")
            .Where(p => !p.Contains("Tests", StringComparison.Ordinal) || !Path.GetFileName(p).Contains("Tests", StringComparison.Ordinal))
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    /// <summary>The errors of a class body, by code.</summary>
    public static ImmutableArray<string> Errors(string body)
    {
        var tree = CSharpSyntaxTree.ParseText($"{Usings}\npublic class Stranger\n{{\n{body}\n}}\n");
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, metadataImportOptions: MetadataImportOptions.All);
        return [.. CSharpCompilation.Create("stranger", [tree], References, options).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.Id).Distinct().Order(StringComparer.Ordinal)];
    }
}
