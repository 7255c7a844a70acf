namespace Obstat.Cli.Output;

/// <summary>How data is written to standard output.</summary>
internal enum OutputForm
{
    /// <summary>For people.</summary>
    Table = 0,

    /// <summary>One JSON object.</summary>
    Json,
}
