namespace Obstat.Cli.Demo;

/// <summary>A row of the demo could not be played; it stays open.</summary>
internal sealed class DemoFailureException : Exception
{
    public DemoFailureException()
    {
    }

    public DemoFailureException(string message)
        : base(message)
    {
    }

    public DemoFailureException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
