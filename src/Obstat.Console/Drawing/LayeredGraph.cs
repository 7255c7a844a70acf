using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Obstat.Console.Drawing;

/// <summary>
/// A layered drawing of what led to what: pure, whole numbers, the same input to the same bytes. Layers by the longest way from a root; long edges run through places of their own; eight sweeps of
/// barycentres order each layer, ties by the ledger; then places move towards the middle of their neighbours. A cycle is no lineage: there is no drawing of it.
/// </summary>
public sealed class LayeredGraph
{
    /// <summary>Width of a box.</summary>
    public const int BoxWidth = 200;

    /// <summary>Height of a box.</summary>
    public const int BoxHeight = 56;

    private const int Gap = 24;
    private const int LayerGap = 44;
    private const int Sweeps = 8;
    private const int Bend = 8;

    private LayeredGraph(ImmutableArray<PlacedNode> nodes, ImmutableArray<PlacedEdge> edges, int width, int height) => (Nodes, Edges, Width, Height) = (nodes, edges, width, height);

    /// <summary>The nodes, in the order they were given.</summary>
    public ImmutableArray<PlacedNode> Nodes { get; }

    /// <summary>The edges, by child and parent.</summary>
    public ImmutableArray<PlacedEdge> Edges { get; }

    /// <summary>Width of the drawing.</summary>
    public int Width { get; }

    /// <summary>Height of the drawing.</summary>
    public int Height { get; }

    /// <summary>Draws; null where a node leads back to itself.</summary>
    public static LayeredGraph? Draw(IReadOnlyList<GraphNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var places = nodes.OrderBy(n => n.Order).ThenBy(n => n.Id, StringComparer.Ordinal).Select(n => new Place(n.Id, n.Order)).ToList();
        var byId = places.ToDictionary(p => p.Id!, StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            foreach (var parent in node.Parents.Distinct(StringComparer.Ordinal).Where(byId.ContainsKey))
            {
                byId[node.Id].Up.Add(byId[parent]);
                byId[parent].Down.Add(byId[node.Id]);
            }
        }

        if (!TryLayer(places))
        {
            return null;
        }

        var edges = places.SelectMany(child => child.Up.Select(parent => (Parent: parent, Child: child))).OrderBy(e => e.Child.Order).ThenBy(e => e.Parent.Order).ToList();
        var ways = edges.Select(e => Way(places, e.Parent, e.Child)).ToList();
        var layers = places.GroupBy(p => p.Layer).OrderBy(g => g.Key).Select(g => g.OrderBy(p => p.Order).ToList()).ToList();
        Order(layers);
        var width = Align(layers);
        return new LayeredGraph(
            [.. nodes.Select(n => new PlacedNode(n.Id, byId[n.Id].X, byId[n.Id].Y))],
            [.. edges.Zip(ways, (e, way) => new PlacedEdge(e.Parent.Id!, e.Child.Id!, Path(way)))],
            width,
            layers.Count == 0 ? 0 : (layers.Count * (BoxHeight + LayerGap)) - LayerGap);
    }

    private static bool TryLayer(List<Place> places)
    {
        var open = places.ToDictionary(p => p, p => p.Up.Count);
        var ready = new Queue<Place>(places.Where(p => p.Up.Count == 0));
        var done = 0;
        while (ready.TryDequeue(out var place))
        {
            done++;
            foreach (var child in place.Down)
            {
                child.Layer = Math.Max(child.Layer, place.Layer + 1);
                if (--open[child] == 0)
                {
                    ready.Enqueue(child);
                }
            }
        }

        return done == places.Count;
    }

    // The places that an edge runs through, from parent to child.
    private static List<Place> Way(List<Place> places, Place parent, Place child)
    {
        var way = new List<Place> { parent };
        for (var layer = parent.Layer + 1; layer < child.Layer; layer++)
        {
            var bend = new Place(null, child.Order) { Layer = layer };
            bend.Near.Add(way[^1]);
            way[^1].Near.Add(bend);
            places.Add(bend);
            way.Add(bend);
        }

        way[^1].Near.Add(child);
        child.Near.Add(way[^1]);
        way.Add(child);
        return way;
    }

    private static void Order(List<List<Place>> layers)
    {
        Number(layers);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var isDown = sweep % 2 == 0;
            foreach (var layer in isDown ? layers : Enumerable.Reverse(layers))
            {
                // In thousandths: whole numbers are the same on every machine.
                var keys = layer.ToDictionary(p => p, p => Barycentre(p, isDown ? -1 : 1));
                layer.Sort((a, b) => keys[a] != keys[b] ? keys[a].CompareTo(keys[b]) : a.Order != b.Order ? a.Order.CompareTo(b.Order) : a.Index.CompareTo(b.Index));
                Number([layer]);
            }
        }
    }

    private static long Barycentre(Place place, int side)
    {
        long sum = 0, count = 0;
        foreach (var near in place.Near)
        {
            if (near.Layer == place.Layer + side)
            {
                (sum, count) = (sum + near.Index, count + 1);
            }
        }

        return count == 0 ? place.Index * 1_000L : sum * 1_000 / count;
    }

    private static void Number(List<List<Place>> layers)
    {
        foreach (var layer in layers)
        {
            for (var i = 0; i < layer.Count; i++)
            {
                layer[i].Index = i;
            }
        }
    }

    private static int Align(List<List<Place>> layers)
    {
        for (var y = 0; y < layers.Count; y++)
        {
            var x = 0;
            foreach (var place in layers[y])
            {
                (place.X, place.Y) = (x, y * (BoxHeight + LayerGap));
                x += place.Width + Gap;
            }
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (var layer in sweep % 2 == 0 ? layers : Enumerable.Reverse(layers))
            {
                Pull(layer, sweep % 2 == 0 ? -1 : 1);
            }
        }

        var left = layers.SelectMany(l => l).Select(p => p.X).DefaultIfEmpty().Min();
        foreach (var place in layers.SelectMany(l => l))
        {
            place.X -= left;
        }

        return layers.SelectMany(l => l).Select(p => p.X + p.Width).DefaultIfEmpty().Max();
    }

    // Each goes to the median of its neighbours as far as those beside it let it: from the left, from the right, and the middle of both.
    private static void Pull(List<Place> layer, int side)
    {
        var wanted = layer.Select(p => Median(p, side)).ToArray();
        var (fromLeft, fromRight) = (new int[layer.Count], new int[layer.Count]);
        for (var i = 0; i < layer.Count; i++)
        {
            fromLeft[i] = i == 0 ? wanted[i] : Math.Max(wanted[i], fromLeft[i - 1] + layer[i - 1].Width + Gap);
        }

        for (var i = layer.Count - 1; i >= 0; i--)
        {
            fromRight[i] = i == layer.Count - 1 ? wanted[i] : Math.Min(wanted[i], fromRight[i + 1] - layer[i].Width - Gap);
        }

        for (var i = 0; i < layer.Count; i++)
        {
            layer[i].X = (int)Math.Floor((fromLeft[i] + fromRight[i]) / 2.0);
        }

        for (var i = 1; i < layer.Count; i++)
        {
            layer[i].X = Math.Max(layer[i].X, layer[i - 1].X + layer[i - 1].Width + Gap);
        }
    }

    private static int Median(Place place, int side)
    {
        var middles = place.Near.Where(n => n.Layer == place.Layer + side).Select(n => n.X + (n.Width / 2)).Order().ToArray();
        return middles.Length == 0 ? place.X : ((middles[(middles.Length - 1) / 2] + middles[middles.Length / 2]) / 2) - (place.Width / 2);
    }

    private static string Path(List<Place> way)
    {
        var path = new StringBuilder();
        var x = way[0].X + (way[0].Width / 2);
        _ = path.Append(CultureInfo.InvariantCulture, $"M{x} {way[0].Y + BoxHeight}");
        foreach (var place in way.Skip(1))
        {
            var (next, top) = (place.X + (place.Width / 2), place.Y);
            var turn = top - (LayerGap / 2);
            if (next != x)
            {
                var side = Math.Sign(next - x);
                var bend = Math.Min(Bend, Math.Abs(next - x) / 2);
                _ = path.Append(CultureInfo.InvariantCulture, $"V{turn - bend}Q{x} {turn} {x + (side * bend)} {turn}H{next - (side * bend)}Q{next} {turn} {next} {turn + bend}");
            }

            _ = path.Append(CultureInfo.InvariantCulture, $"V{(place.Id is null ? top + BoxHeight : top)}");
            x = next;
        }

        return path.ToString();
    }

    private sealed class Place(string? id, long order)
    {
        public string? Id => id;

        public long Order => order;

        public int Width => id is null ? 0 : BoxWidth;

        public List<Place> Up { get; } = [];

        public List<Place> Down { get; } = [];

        public List<Place> Near { get; } = [];

        public int Layer { get; set; }

        public int Index { get; set; }

        public int X { get; set; }

        public int Y { get; set; }
    }
}
