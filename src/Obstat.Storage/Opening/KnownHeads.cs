using Microsoft.Data.Sqlite;
using Obstat.Proof.Notes;
using Obstat.Storage.Databases;

namespace Obstat.Storage.Opening;

/// <summary>
/// The signed heads that anybody remembers: what is published, and what others kept. None may be larger than the ledger or contradict it. Which keys sign a head follows from the entries below it, so its signatures are
/// checked by <see cref="Verify"/> when those were read.
/// </summary>
internal sealed class KnownHeads
{
    private readonly SortedDictionary<long, KnownHead> _heads = [];
    private readonly List<KnownHead> _again = []; // of a size that is known already

    private KnownHeads()
    {
    }

    /// <summary>By size.</summary>
    internal IReadOnlyDictionary<long, KnownHead> BySize => _heads;

    /// <summary>The largest size; 0 where there is none.</summary>
    internal long Largest => _heads.Count == 0 ? 0 : _heads.Keys.Last();

    /// <summary>Reads the published heads of at least a size, the newest below it, and those remembered.</summary>
    internal static KnownHeads Read(SqliteConnection connection, string origin, IReadOnlyList<(string Source, byte[] Note)> remembered, long sizeMin)
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
                Expect.Origin(source, Expect.Blob(rows, 0), origin);
                var head = KnownHead.Parse(source, Expect.Blob(rows, 2), origin);
                Expect.That(head.Size == size, source, $"size {Expect.Digits(size)}", Expect.Digits(head.Size));
                heads._heads.Add(size, head);
            }
        }

        foreach (var (source, note) in remembered)
        {
            var head = KnownHead.Parse(source, note, origin);
            if (heads._heads.TryGetValue(head.Size, out var same))
            {
                Expect.That(same.Root == head.Root, source, $"root {same.Root} at size {Expect.Digits(head.Size)}", head.Root.ToString());
                heads._again.Add(head);
            }
            else
            {
                heads._heads.Add(head.Size, head);
            }
        }

        return heads;
    }

    /// <summary>Checks the signatures of the heads of a size under the keys in force there.</summary>
    internal void Verify(long size, HeadKeys? keys)
    {
        foreach (var head in _again.Where(h => h.Size == size).Prepend(_heads[size]))
        {
            head.Verify(keys);
        }
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
