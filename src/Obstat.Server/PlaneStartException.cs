namespace Obstat.Server;

/// <summary>The plane does not start: a key, file or folder is not as it must be. The message says which, what was expected and what was found; it never holds a secret.</summary>
public sealed class PlaneStartException : Exception
{
    public PlaneStartException()
    {
    }

    public PlaneStartException(string message)
        : base(message)
    {
    }

    public PlaneStartException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
