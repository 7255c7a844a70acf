using System.Collections.Immutable;
using Obstat.Console.Api;
using Obstat.Server.Faces;

namespace Obstat.Server.Tests.Faces;

/// <summary>Two executions are aligned by what was asked, never by when.</summary>
public sealed class CompareTests
{
    private static LineageNode Node(string id, string? parent, string name, long entry, string? reason = null, string? result = null) => new()
    {
        Execution = id,
        Parent = parent,
        Decision = new DecisionRow
        {
            Entry = entry, Time = DateTimeOffset.UnixEpoch, Reason = reason, Principal = null, Pseudonym = null, Action = "mcp.tools/call", Server = "payments", Name = name, Tool = null, Arguments = null,
            IsErased = false, Point = "gateway", Execution = id, Result = result, ResultEntry = null, Proof = ProofState.InHead,
        },
        Policies = [],
        Started = null,
        Ended = null,
        Events = [],
    };

    private static LineageView View(params ImmutableArray<LineageNode> nodes) => new(nodes[0].Execution, nodes[0].Execution, nodes, nodes.Length);

    private static string Text(CompareView view) => string.Join(" | ", view.Steps.Select(s => $"{s.Depth} {s.A ?? "-"}={s.B ?? "-"} {s.Difference ?? "same"}"));

    [Fact]
    public void Steps_are_the_same_until_one_differs_and_what_one_side_has_alone_stands_where_it_came()
    {
        var a = View(Node("a", null, "plan", 1), Node("a1", "a", "read", 2), Node("a2", "a", "pay", 3), Node("a3", "a", "mail", 4));
        var b = View(Node("b", null, "plan", 9), Node("b0", "b", "look", 10), Node("b1", "b", "read", 11), Node("b2", "b", "pay", 12, "NotPermitted"), Node("b4", "b", "read", 13));
        var compared = CompareFace.Of(a, b);
        Assert.Equal("0 a=b same | 1 -=b0 only in the second | 1 a1=b1 same | 1 a2=b2 allowed against NotPermitted | 1 a3=- only in the first | 1 -=b4 only in the second", Text(compared));
        Assert.Equal(1, compared.SameUntil);
        Assert.Equal(a.Nodes.Length, CompareFace.Of(a, a).SameUntil);
    }

    [Fact]
    public void What_became_of_a_step_is_a_difference_too()
        => Assert.Equal("0 a=b succeeded against no outcome", Text(CompareFace.Of(View(Node("a", null, "pay", 1, result: "succeeded")), View(Node("b", null, "pay", 2)))));

    [Fact]
    public void Two_that_began_differently_are_told_so_and_a_circle_ends()
    {
        Assert.Equal("0 a=b mcp.tools/call payments plan against mcp.tools/call payments pay", Text(CompareFace.Of(View(Node("a", null, "plan", 1)), View(Node("b", null, "pay", 2)))));
        var circle = View(Node("a", "c", "plan", 1), Node("c", "a", "pay", 2));
        Assert.Equal("0 a=a same | 1 c=c same", Text(CompareFace.Of(circle, circle)));
    }
}
