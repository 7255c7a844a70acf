namespace Obstat.Storage;

/// <summary>The ledger cannot be opened or relied on. The message names the entry, row, file or setting, what was expected and what was found; it never holds a secret.</summary>
public sealed class LedgerUnavailableException : Exception
{
    public LedgerUnavailableException()
    {
    }

    public LedgerUnavailableException(string message)
        : base(message)
    {
    }

    public LedgerUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
