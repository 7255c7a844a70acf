namespace Obstat.Gateway.Methods;

/// <summary>What a result is (MCP 2026-07-28). A type that is not here is not passed on.</summary>
internal static class ResultTypes
{
    /// <summary>The end of the request.</summary>
    public const string Complete = "complete";

    /// <summary>Questions; the request comes again with their answers.</summary>
    public const string InputRequired = "input_required";
}
