using Microsoft.Data.Sqlite;

namespace Obstat.Calls.Bench;

/// <summary>Commits of the ledger's writer, counted by its heads: one signed head a group, one fsync a group.</summary>
internal static class Fsyncs
{
    public static double Count(Installation installation)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(installation.Folder, ".obstat", "ledger", "ledger.db")};Mode=ReadOnly;Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "SELECT count(*) FROM head";
        return Convert.ToDouble(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public static double Since(Installation installation, double before) => Count(installation) - before;
}
