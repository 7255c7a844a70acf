using System.Globalization;
using System.Net;
using System.Text;
using Obstat.Console.Api;
using Obstat.Console.Parts;

namespace Obstat.Console.Drawing;

/// <summary>A lineage as a file for other programs: Graphviz DOT, or a drawing that stands alone. The same executions give the same bytes; a text of others is marked as on the pages.</summary>
public static class LineageFile
{
    /// <summary>As Graphviz reads it.</summary>
    public static string Dot(LineageView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var (lineage, text) = (Lineage.Of(view), new StringBuilder("digraph lineage {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n"));
        foreach (var node in view.Nodes.OrderBy(n => n.Decision.Entry))
        {
            var (kind, word) = Words.Verdict(node.Decision);
            _ = text.Append(CultureInfo.InvariantCulture, $"  {Quoted(node.Execution)} [label={Quoted($"{word}\n{Words.Target(node.Decision)}\nentry {node.Decision.Entry}")}, color=\"{(kind == "ok" ? "#00639e" : "#8f0f14")}\"];\n");
        }

        foreach (var node in view.Nodes.Where(n => n.Parent is not null).OrderBy(n => n.Decision.Entry))
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"  {Quoted(node.Parent!)} -> {Quoted(node.Execution)}{(lineage.IsUnresolved(node) ? " [style=dashed]" : "")};\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>As a drawing; null where executions lead back to themselves.</summary>
    public static string? Svg(LineageView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var lineage = Lineage.Of(view);
        var near = lineage.Near(view.Execution);
        if (LayeredGraph.Draw([.. lineage.Drawn(near)]) is not { } graph)
        {
            return null;
        }

        var text = new StringBuilder();
        _ = text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{graph.Width + 8}\" height=\"{graph.Height + 8}\" viewBox=\"-4 -4 {graph.Width + 8} {graph.Height + 8}\" font-family=\"sans-serif\" font-size=\"12.5\">\n")
            .Append("<rect x=\"-4\" y=\"-4\" width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        foreach (var edge in graph.Edges)
        {
            _ = text.Append(CultureInfo.InvariantCulture, $"<path d=\"{edge.Path}\" fill=\"none\" stroke=\"#767f8c\"/>\n");
        }

        foreach (var placed in graph.Nodes)
        {
            var node = near.FirstOrDefault(n => n.Execution == placed.Id);
            var (kind, word) = node is null ? ("unknown", "UNRESOLVED") : Words.Verdict(node.Decision);
            var colour = kind switch { "ok" => "#00639e", "bad" => "#8f0f14", _ => "#5f6875" };
            _ = text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{placed.X}\" y=\"{placed.Y}\" width=\"{LayeredGraph.BoxWidth}\" height=\"{LayeredGraph.BoxHeight}\" rx=\"{(kind == "bad" ? 0 : 6)}\" fill=\"#fff\" stroke=\"{colour}\"{(node is null ? " stroke-dasharray=\"4 3\"" : "")}/>\n")
                .Append(Line(placed.X, placed.Y + 17, word, colour))
                .Append(Line(placed.X, placed.Y + 33, node is null ? placed.Id[1..] : Words.Target(node.Decision), "#14181f"))
                .Append(Line(placed.X, placed.Y + 48, node is null ? "" : Words.Principal(node.Decision), "#4a5260"));
        }

        return text.Append("</svg>\n").ToString();
    }

    private static string Line(int x, int y, string said, string colour)
    {
        var plain = ShownText.Plain(said);
        var shown = plain.Length <= 30 ? plain : plain[..29] + "…";
        return string.Create(CultureInfo.InvariantCulture, $"<text x=\"{x + 12}\" y=\"{y}\" fill=\"{colour}\">{WebUtility.HtmlEncode(shown)}</text>\n");
    }

    private static string Quoted(string said)
        => "\"" + string.Join("\\n", said.Split('\n').Select(l => ShownText.Plain(l).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))) + "\"";
}
