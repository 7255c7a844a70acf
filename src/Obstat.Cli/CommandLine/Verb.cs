using System.Collections.Immutable;

namespace Obstat.Cli.CommandLine;

/// <summary>One command of the tree.</summary>
internal sealed record Verb
{
    /// <summary>Its words, as in <c>mcp add</c>.</summary>
    public required string Path { get; init; }

    /// <summary>One line.</summary>
    public required string About { get; init; }

    /// <summary>Command lines that work, shown first in help.</summary>
    public required ImmutableArray<string> Examples { get; init; }

    /// <summary>Positional arguments, in order.</summary>
    public ImmutableArray<Argument> Arguments { get; init; } = [];

    /// <summary>Options beside those that every verb has.</summary>
    public ImmutableArray<Option> Options { get; init; } = [];

    /// <summary>What stands for the words after <c>--</c> in help; null: the verb takes none.</summary>
    public string? Rest { get; init; }

    /// <summary>Further text for help; empty: none.</summary>
    public string More { get; init; } = "";

    /// <summary>The exit code of what nobody foresaw; another than 1 where a caller takes 1 for a yes.</summary>
    public int FailedCode { get; init; } = Output.ExitCode.Failed;

    /// <summary>Does it and gives the exit code.</summary>
    public required Func<Invocation, CancellationToken, Task<int>> RunAsync { get; init; }
}
