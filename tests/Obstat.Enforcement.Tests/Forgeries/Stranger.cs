using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Obstat.Enforcement.Tests.Forgeries;

/// <summary>Compiles a small program of another assembly, which sees what everybody sees, and names the compiler's errors.</summary>
internal static class Stranger
{
    private const string Usings = """
        using System;
        using System.Text.Json;
        using Obstat.Enforcement;
        using Obstat.Proof.Json;
        using Obstat.Proof.Jws;
        using Obstat.Proof.Messages;
        using Obstat.Proof.Permits;
        using Obstat.Proof.Reasons;
        using Obstat.Proof.Receipts;

        """;

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "Obstat.Proof.dll" or "Obstat.Enforcement.dll" or "netstandard.dll" or "mscorlib.dll"))
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    public static ImmutableArray<string> Errors(string body)
    {
        var tree = CSharpSyntaxTree.ParseText($"{Usings}\npublic class Stranger\n{{\n{body}\n}}\n");
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, metadataImportOptions: MetadataImportOptions.All);
        return [.. CSharpCompilation.Create("stranger", [tree], References, options).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.Id).Distinct().Order(StringComparer.Ordinal)];
    }
}
