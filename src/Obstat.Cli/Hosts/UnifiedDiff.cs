using System.Text;
using Obstat.Cli.Output;

namespace Obstat.Cli.Hosts;

/// <summary>What changes in a file, as one hunk with three lines around it.</summary>
internal static class UnifiedDiff
{
    private const int Around = 3;

    public static string Of(HostEdit edit)
    {
        var (before, after) = (Lines(edit.Before ?? []), Lines(edit.After));
        var head = 0;
        while (head < Math.Min(before.Length, after.Length) && before[head] == after[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < Math.Min(before.Length, after.Length) - head && before[^(tail + 1)] == after[^(tail + 1)])
        {
            tail++;
        }

        var (from, end, endAfter) = (Math.Max(0, head - Around), Math.Min(before.Length, before.Length - tail + Around), Math.Min(after.Length, after.Length - tail + Around));
        var text = new StringBuilder($"--- {(edit.Before is null ? "(not there)" : edit.Path)}\n+++ {edit.Path}\n")
            .Append(System.Globalization.CultureInfo.InvariantCulture, $"@@ -{from + 1},{end - from} +{from + 1},{endAfter - from} @@\n");
        void Write(char sign, IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                _ = text.Append(sign).Append(Shown.Of(line, 500)).Append('\n');
            }
        }

        Write(' ', before[from..head]);
        Write('-', before[head..(before.Length - tail)]);
        Write('+', after[head..(after.Length - tail)]);
        Write(' ', before[(before.Length - tail)..end]);
        return text.ToString();
    }

    private static string[] Lines(byte[] bytes) => bytes.Length == 0 ? [] : Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split('\n');
}
