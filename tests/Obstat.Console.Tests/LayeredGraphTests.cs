using CsCheck;
using Obstat.Console.Api;
using Obstat.Console.Drawing;
using Obstat.Tests;

namespace Obstat.Console.Tests;

/// <summary>The drawing of what led to what.</summary>
public sealed class LayeredGraphTests
{
    private static readonly Gen<GraphNode[]> Graphs = Gen.Select(Gen.Int[1, 60], Gen.Int[0, int.MaxValue]).Select((count, seed) =>
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(i => new GraphNode($"n{i}", i, [.. Enumerable.Range(0, i == 0 ? 0 : random.Next(0, 3)).Select(_ => $"n{random.Next(i)}")])).ToArray();
    });

    [Fact]
    public void The_same_nodes_give_the_same_bytes_whatever_order_they_come_in() => Graphs.Sample(nodes =>
    {
        var one = LayeredGraph.Draw(nodes)!;
        var other = LayeredGraph.Draw([.. nodes.Reverse()])!;
        Assert.Equal(one.Nodes.OrderBy(n => n.Id, StringComparer.Ordinal), other.Nodes.OrderBy(n => n.Id, StringComparer.Ordinal));
        Assert.Equal(one.Edges, other.Edges);
    });

    [Fact]
    public void No_two_boxes_touch_and_every_child_stands_below_its_parents() => Graphs.Sample(nodes =>
    {
        var graph = LayeredGraph.Draw(nodes)!;
        var byId = graph.Nodes.ToDictionary(n => n.Id);
        foreach (var layer in graph.Nodes.GroupBy(n => n.Y))
        {
            var row = layer.OrderBy(n => n.X).ToArray();
            Assert.All(row.Zip(row.Skip(1)), pair => Assert.True(pair.Second.X - pair.First.X >= LayeredGraph.BoxWidth));
        }

        Assert.All(graph.Edges, e => Assert.True(byId[e.To].Y > byId[e.From].Y));
        Assert.All(graph.Nodes, n => Assert.InRange(n.X, 0, graph.Width - LayeredGraph.BoxWidth));
        Assert.Equal(nodes.Sum(n => n.Parents.Distinct().Count()), graph.Edges.Length);
    });

    [Fact]
    public void A_node_that_leads_back_to_itself_is_not_drawn()
    {
        Assert.Null(LayeredGraph.Draw([new("a", 0, ["b"]), new("b", 1, ["a"])]));
        Assert.Null(LayeredGraph.Draw([new("a", 0, ["a"])]));
    }

    [Fact]
    public void A_parent_that_is_no_node_is_left_out() => Assert.Empty(LayeredGraph.Draw([new("a", 0, ["gone"])])!.Edges);

    [Fact]
    public void Three_hundred_nodes_are_laid_out_within_the_time_of_a_page()
    {
        var nodes = Enumerable.Range(0, 300).Select(i => new GraphNode($"n{i}", i, i == 0 ? [] : [$"n{(i - 1) / 3}"])).ToArray();
        _ = LayeredGraph.Draw(nodes);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var graph = LayeredGraph.Draw(nodes)!;
        Assert.InRange(watch.ElapsedMilliseconds, 0, 500);
        Assert.Equal(299, graph.Edges.Length);
    }

    [Fact]
    public void The_drawing_of_the_golden_graph_is_as_it_was()
    {
        GraphNode[] nodes = [new("root", 0, []), new("a", 1, ["root"]), new("b", 2, ["root"]), new("c", 3, ["a"]), new("d", 4, ["a", "b"]), new("e", 5, ["root", "c"])];
        var graph = LayeredGraph.Draw(nodes)!;
        var text = string.Join('\n', graph.Nodes.Select(n => $"{n.Id} {n.X} {n.Y}").Concat(graph.Edges.Select(e => $"{e.From} {e.To} {e.Path}")).Append($"{graph.Width} {graph.Height}")) + "\n";
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "graph.txt"), text); // what was drawn, to be looked at where it differs
        Assert.Equal(File.ReadAllText(Vectors.Own("console/graph.txt")), text);
    }

    [Fact]
    public void A_lineage_as_a_file_is_the_same_each_time_names_every_execution_and_marks_the_texts_of_others()
    {
        var world = new World();
        var view = world.Lineage(Role.Owner, world.Rows[0].Execution)!;
        view = view with { Nodes = [view.Nodes[0] with { Decision = view.Nodes[0].Decision with { Name = World.Hostile } }, .. view.Nodes.Skip(1)] };
        var (dot, svg) = (LineageFile.Dot(view), LineageFile.Svg(view)!);
        Assert.Equal(dot, LineageFile.Dot(view with { Nodes = [.. view.Nodes.Reverse()] }));
        Assert.Equal(svg, LineageFile.Svg(view));
        Assert.All(view.Nodes, n => Assert.Contains($"\"{n.Execution}\" [", dot, StringComparison.Ordinal));
        Assert.Equal(view.Nodes.Count(n => n.Parent is not null), dot.Split(" -> ").Length - 1);
        Assert.Contains("[style=dashed]", dot, StringComparison.Ordinal);
        Assert.Contains("⟨U+202E⟩", dot, StringComparison.Ordinal);
        _ = System.Xml.Linq.XDocument.Parse(svg);
        Assert.DoesNotContain("<script>", svg, StringComparison.Ordinal);
        var loop = view with { Nodes = [view.Nodes[0] with { Parent = view.Nodes[1].Execution }, view.Nodes[1]] };
        Assert.Null(LineageFile.Svg(loop));
    }
}
