using Microsoft.Data.Sqlite;
using Obstat.Proof;
using Obstat.Proof.Notes;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Opening;

/// <summary>The signed heads that anybody remembers: what is published, and what others kept. None may be larger than the ledger or contradict it.</summary>
internal sealed class KnownHeads
{
    private readonly SortedDictionary<long, (string Source, Digest Root)> _heads = [];

    private KnownHeads()
    {
    }

    /// <summary>By size.</summary>
    internal IReadOnlyDictionary<long, (string Source, Digest Root)> BySize => _heads;

    /// <summary>The largest size; 0 where there is none.</summary>
    internal long Largest => _heads.Count == 0 ? 0 : _heads.Keys.Last();

    /// <summary>Reads the published heads of at least a size, the newest below it, and those remembered.</summary>
    internal static KnownHeads Read(SqliteConnection connection, VerifierKey headKey, IReadOnlyList<(string Source, byte[] Note)> remembered, long sizeMin)
    {
        var heads = new KnownHeads();
        using var command = Database.Prepare(
            connection,
            "SELECT CAST(origin AS BLOB), size, note FROM published WHERE size >= ifnull((SELECT max(size) FROM published WHERE size < $1), 0) ORDER BY origin, size",
            1);
        command.Parameters[0].Value = sizeMin;
        using (var rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                var size = rows.GetInt64(1);
                var source = $"published {Expect.Digits(size)}";
                Expect.Origin(source, Expect.Blob(rows, 0), headKey.Name);
                var head = Expect.Head(source, Expect.Blob(rows, 2), headKey);
                Expect.That(head.Size == size, source, $"size {Expect.Digits(size)}", Expect.Digits(head.Size));
                heads._heads.Add(size, (source, head.Root));
            }
        }

        foreach (var (source, note) in remembered)
        {
            var head = Expect.Head(source, note, headKey);
            if (heads._heads.TryGetValue(head.Size, out var same))
            {
                Expect.That(same.Root == head.Root, source, $"root {same.Root} at size {Expect.Digits(head.Size)}", head.Root.ToString());
            }
            else
            {
                heads._heads.Add(head.Size, (source, head.Root));
            }
        }

        return heads;
    }

    /// <summary>A ledger that is shorter than a head which somebody holds lost its tail, or is an old copy.</summary>
    internal void Reach(long size)
    {
        if (Largest > size)
        {
            throw new LedgerUnavailableException(
                $"{_heads[Largest].Source}: a signed head of size {Expect.Digits(Largest)} is known, the ledger ends at {Expect.Digits(size)}: its tail was lost, or an old copy was restored");
        }
    }
}
