using System.Collections.Immutable;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Core.Lineage;
using Obstat.Proof.Bundles;
using Obstat.Proof.Statements;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat lineage</c>: what led to what, for other people's tools.</summary>
internal static class LineageCommand
{
    public static Verb Verb { get; } = new()
    {
        Path = "lineage",
        About = "what used, made and caused what, from the entries of a bundle: W3C PROV or OpenLineage",
        Examples = ["obstat lineage bundle.zip", "obstat lineage bundle.zip --as openlineage"],
        Arguments = [new("BUNDLE", "a file that obstat export wrote")],
        Options = [new("--as", "prov|openlineage", "PROV-JSON, one document (default); or OpenLineage run events, one a line")],
        More = "Each relation names the entry that proves it. It is a view and believes the bundle: obstat verify says whether to.",
        RunAsync = static (invocation, _) => Task.FromResult(Run(invocation)),
    };

    private static int Run(Invocation invocation)
    {
        var form = invocation.Option("--as") ?? "prov";
        if (form is not ("prov" or "openlineage"))
        {
            return invocation.Misused($"--as {Shown.Of(form, 32)}", "expected prov or openlineage", "obstat lineage bundle.zip --as prov");
        }

        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(invocation["BUNDLE"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "there is nothing to read", "name a file that obstat export wrote"));
        }

        if (!EvidenceBundle.TryParse(bytes, out var bundle, out var error))
        {
            return invocation.Terminal.Fail(ExitCode.NotVerified, ErrorText.Of("bundle", error, "what is no bundle has no lineage", "obstat verify says more"));
        }

        var entries = ImmutableArray.CreateBuilder<LineageEntry>();
        foreach (var entry in bundle.Entries)
        {
            if (!Statement.TryParse(entry.Statement.Span, out var statement, out error))
            {
                return invocation.Terminal.Fail(ExitCode.NotVerified, ErrorText.Of("bundle", $"entry {entry.Index}: {error}", "what cannot be read has no lineage", "obstat verify says more"));
            }

            entries.Add(new LineageEntry(entry.Index, statement, Statement.DigestOf(entry.Statement.Span)));
        }

        invocation.Terminal.Write(form == "prov"
            ? ProvDocument.Of(bundle.Origin, entries).ToString()
            : string.Concat(OpenLineageEvents.Of(bundle.Origin, entries).Select(e => e + "\n")));
        return ExitCode.Done;
    }
}
