using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Obstat.Calls.Bench;

/// <summary>What the machine cannot do faster: taken in the same run, in turns with what is measured.</summary>
internal sealed class Floors : IDisposable
{
    private readonly SqliteConnection _database;
    private readonly SqliteCommand _insert;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _message = RandomNumberGenerator.GetBytes(700);
    private readonly byte[] _signature;
    private readonly Socket _near;
    private readonly Task _echo;

    public Floors(string folder)
    {
        _database = new SqliteConnection($"Data Source={Path.Combine(folder, "floor.db")};Pooling=False");
        _database.Open();
        foreach (var text in new[] { "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE row(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)" })
        {
            using var command = _database.CreateCommand();
            command.CommandText = text;
            command.ExecuteNonQuery();
        }

        _insert = _database.CreateCommand();
        _insert.CommandText = "INSERT INTO row(bytes) VALUES ($bytes)";
        _insert.Parameters.AddWithValue("$bytes", _message);
        _signature = _key.SignData(_message, HashAlgorithmName.SHA256);

        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        _near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _near.Connect(listener.LocalEndPoint!);
        _echo = EchoAsync(listener.Accept());
    }

    /// <summary>One row, one commit, durable.</summary>
    public Times Commit { get; } = new();

    /// <summary>One ES256 signature.</summary>
    public Times Sign { get; } = new();

    /// <summary>One ES256 verification.</summary>
    public Times Verify { get; } = new();

    /// <summary>One byte over loopback and back.</summary>
    public Times Hop { get; } = new();

    /// <summary>2 commits, 3 signatures, 2 verifications, and 3 hops: client to gateway, gateway to plane, gateway to server.</summary>
    public double Call => (2 * Commit.P50) + (3 * Sign.P50) + (2 * Verify.P50) + (3 * Hop.P50);

    public void TakeOnce()
    {
        Commit.Measure(() => _insert.ExecuteNonQuery());
        Sign.Measure(() => _key.SignData(_message, HashAlgorithmName.SHA256));
        Verify.Measure(() => _key.VerifyData(_message, _signature, HashAlgorithmName.SHA256));
        Hop.Measure(() =>
        {
            Span<byte> one = [1];
            _near.Send(one);
            _near.Receive(one);
        });
    }

    public void Dispose()
    {
        _near.Dispose();
        _echo.Wait();
        _insert.Dispose();
        _database.Dispose();
        _key.Dispose();
    }

    private static async Task EchoAsync(Socket far)
    {
        using (far)
        {
            far.NoDelay = true;
            var one = new byte[1];
            while (await far.ReceiveAsync(one) == 1)
            {
                await far.SendAsync(one);
            }
        }
    }
}
