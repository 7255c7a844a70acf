using Obstat.Console.Api;
using Obstat.Core.Records;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Storage;

namespace Obstat.Server.Faces;

/// <summary>An entry as it was read for a face, with what its proof says. Nothing is shown that was not looked at so.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Written">Its statement; null where its bytes are none.</param>
/// <param name="Proof">How it is proven.</param>
internal sealed record ReadEntry(long Index, WrittenStatement? Written, ProofView Proof)
{
    /// <summary>Reads an entry below the ledger's size and proves it under the desk's head.</summary>
    public static ReadEntry Of(Desk desk, long index)
    {
        desk.CheckTime();
        if (desk.Head is { } head && index < head.Size)
        {
            try
            {
                var (written, leaf, _) = desk.Reader.Proven(index, head);
                return new(index, written, View(ProofState.InHead, leaf, head, null));
            }
            catch (LedgerUnavailableException e)
            {
                desk.Damage.Saw(index, e.Message);
                return Broken(desk, index, head, e.Message);
            }
        }

        try
        {
            var (written, leaf) = desk.Reader.Entry(index);
            return new(index, written, View(ProofState.NotYet, leaf, null, null));
        }
        catch (LedgerUnavailableException e)
        {
            desk.Damage.Saw(index, e.Message);
            return new(index, null, new ProofView(ProofState.Failed, "", null, null, e.Message));
        }
    }

    private static ReadEntry Broken(Desk desk, long index, Checkpoint head, string why)
    {
        try
        {
            var (written, leaf) = desk.Reader.Entry(index);
            return new(index, written, View(ProofState.Failed, leaf, head, why));
        }
        catch (LedgerUnavailableException e)
        {
            return new(index, null, new ProofView(ProofState.Failed, "", head.Size, head.Root.ToHex(), e.Message));
        }
    }

    private static ProofView View(ProofState state, byte[] leaf, Checkpoint? head, string? why) => new(state, TreeHash.Leaf(leaf).ToHex(), head?.Size, head?.Root.ToHex(), why);
}
