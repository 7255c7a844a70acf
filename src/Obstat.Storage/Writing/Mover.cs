using Microsoft.Data.Sqlite;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Writing;

/// <summary>
/// Moves the log of writes into the database file while the writer goes on, on a thread and a connection of its own, so that the writer has little left to move itself and no answer waits for it.
/// An error poisons the writer, as one of its own does.
/// </summary>
internal sealed class Mover : IDisposable
{
    private const long StepBytes = 8 << 20;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private readonly ManualResetEventSlim _stop = new();
    private readonly SqliteConnection _connection;
    private readonly Writer _writer;
    private readonly Thread _thread;
    private long _moved;

    /// <param name="connection">A connection to the ledger's file that may write. Owned from here on.</param>
    /// <param name="writer">Whose writes are moved.</param>
    internal Mover(SqliteConnection connection, Writer writer)
    {
        (_connection, _writer) = (connection, writer);
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger mover" };
    }

    internal void Start() => _thread.Start();

    /// <summary>Ends the thread.</summary>
    internal void Stop()
    {
        _stop.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _connection.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stop.Wait(LookEvery))
            {
                var written = _writer.WalBytes;
                _moved = Math.Min(_moved, written);
                if (_writer.Failure is null && written - _moved >= StepBytes && Database.Checkpoint(_connection))
                {
                    _moved = written;
                }
            }
        }
#pragma warning disable CA1031 // A disk that does not take what was written is not to be relied on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _writer.Poison(e.Message);
        }
    }
}
