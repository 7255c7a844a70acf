using System.Collections.Immutable;
using System.Text;

namespace Obstat.Cli.Output;

/// <summary>A plain table: a head and rows, columns as wide as their widest cell, two spaces between. On a terminal too narrow the right columns are dropped, and the last line says so.</summary>
internal sealed class Table(params ImmutableArray<string> head)
{
    private readonly List<ImmutableArray<string>> _rows = [];

    /// <summary>Adds a row with a cell for each column.</summary>
    public void Add(params ImmutableArray<string> cells) => _rows.Add([.. cells.Select(c => Shown.Of(c, 120))]);

    /// <summary>The text, each line with a line feed. </summary>
    /// <param name="width">Columns of the terminal; null: no terminal, nothing is dropped.</param>
    public string ToText(int? width)
    {
        var widths = head.Select((h, i) => _rows.Select(r => Width(r[i])).Append(h.Length).Max()).ToArray();
        var columns = head.Length;
        while (columns > 1 && width is { } limit && widths.Take(columns).Sum() + (2 * (columns - 1)) > limit)
        {
            columns--;
        }

        var text = new StringBuilder();
        foreach (var row in _rows.Prepend(head))
        {
            var line = new StringBuilder();
            for (var i = 0; i < columns; i++)
            {
                _ = line.Append(row[i]).Append(' ', widths[i] - Width(row[i]) + 2);
            }

            _ = text.Append(line.ToString().TrimEnd()).Append('\n');
        }

        return columns == head.Length ? text.ToString() : text.Append("not shown here: ").AppendJoin(", ", head.Skip(columns)).Append(" (--output json has all)\n").ToString();
    }

    private static int Width(string cell) => cell.EnumerateRunes().Count();
}
