using System.Security.Cryptography;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;
using Obstat.Storage;

namespace Obstat.Bench;

/// <summary>A folder with a ledger in it, and the keys to open it again.</summary>
internal sealed class Installation(string folder) : IDisposable
{
    private readonly byte[] _seed = RandomNumberGenerator.GetBytes(32);
    private readonly StatementSigner _root = StatementSigner.Generate();

    /// <summary>Bytes of the ledger's files.</summary>
    public long Bytes => Directory.GetFiles(folder, "ledger.db*").Sum(file => new FileInfo(file).Length);

    public Ledger Open()
    {
        var statements = StatementSigner.Generate();
        return Ledger.Open(
            new() { Folder = folder },
            new()
            {
                Heads = new HeadSigner(LogOrigin.Signer("bench", _seed)),
                Statements = statements,
                Root = _root.PublicKey,
                Announce = place => (KeySetStatement)Said.KeySet(_root, (KeyRoles.Statement, statements)).Compose!(place).Statement!,
            },
            TimeProvider.System);
    }

    public void Dispose() => _root.Dispose();
}
