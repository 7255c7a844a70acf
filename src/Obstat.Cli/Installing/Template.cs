using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Obstat.Cli.Installing;

/// <summary>A first policy set. It permits little, says why in comments, and is the user's own from then on.</summary>
/// <param name="Name">As <c>init --template</c> takes it.</param>
/// <param name="About">One line.</param>
/// <param name="Policies">Text of its policy file.</param>
internal sealed record Template(string Name, string About, string Policies)
{
    private const string Connect = """
        // Each action needs a policy that permits it; nothing else happens.
        // An MCP call is the action SERVER::Action::"TOOL" on Plane::Server::"SERVER", its arguments are in context.input.

        @id("connect")
        @title("Who is enrolled may connect and ask what there is; lists show only what a policy lets them call")
        permit (
          principal,
          action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"],
          resource
        );

        """;

    private const string Read = """

        @id("read")
        @title("Tools that an operator marked as reading")
        permit (
          principal,
          action in Plane::Action::"read",
          resource
        );

        """;

    /// <summary>All templates, by name.</summary>
    public static FrozenDictionary<string, Template> All { get; } = new Template[]
    {
        new("read-only", "permits the tools that you marked as reading: mcp add NAME --class TOOL=read", Connect + Read),
        new("developer", "permits reading for everybody enrolled, writing for processes of this machine's user", Connect + Read + """

            @id("write")
            @title("Writing, by processes that proved their key on this machine")
            permit (
              principal is Plane::Agent,
              action in Plane::Action::"write",
              resource
            )
            when { context.attest.kinds.contains(Plane::Evidence::"workload") };

            """),
        new("payments", "permits looking, and paying up to 1000", Connect + Read + """

            @id("pay-small")
            @title("Payments up to 1000, by processes that proved their key on this machine")
            @agent_message("Transfers above 1000 are made by people in finance.")
            permit (
              principal is Plane::Agent,
              action in Plane::Action::"pay",
              resource
            )
            when {
              context.attest.kinds.contains(Plane::Evidence::"workload") &&
              context.facet.amount.lessThanOrEqual(decimal("1000.0"))
            };

            """),
    }.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Names in the order in which people are told of them.</summary>
    public static ImmutableArray<string> Names { get; } = ["read-only", "developer", "payments"];
}
