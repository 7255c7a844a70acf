using Obstat.Cedar.Schemas;

namespace Obstat.Core.Decisions;

/// <summary>
/// The world as policies see it: types, facts and action groups that the plane fills. A policy folder may declare more, never these again. Facts that neither an assertion,
/// the directory nor the law can be relied on to give are optional.
/// </summary>
public static class HouseSchema
{
    /// <summary>The context of an action that is no tool's, but for its input.</summary>
    private const string Facts = """
        approval: Plane::ApprovalFacts, arg: {}, attest: Plane::AttestFacts, budget: Plane::BudgetFacts, chain: Plane::ChainFacts, facet: {}, flow: Plane::Mark,
            lease: Plane::LeaseFacts, now: datetime, peer?: ipaddr, session: Plane::SessionFacts
        """;

    private const string Who = "principal: [Plane::Agent, Plane::User], resource: [Plane::Server]";

    /// <summary>The schema in the text form of the language.</summary>
    public const string Text = $$"""
        namespace Plane {
          entity Tenant;
          entity Zone in [Zone];
          entity Team in [Team, Tenant];
          entity User in [Team, Tenant] { active: Bool } tags Set<String>;
          entity Agent in [Team, Tenant] { owner?: User, clearance?: Long, active: Bool } tags Set<String>;
          entity Server in [Zone, Tenant] { pinned: Bool };
          entity Tool in [Server] { risk?: Long, pinned: Bool };
          entity Label in [Label];
          entity Source enum ["operator", "user", "agent", "model", "tool", "web", "file", "unknown"];
          entity Evidence enum ["workload", "image", "host", "model"];

          type Mark = { sources: Set<Source>, labels: Set<Label> };
          type SessionFacts = { sealed: Bool, mark: Mark, used: Set<Tool>, calls: Long, denials: Long, age: duration, unresolved: Bool };
          type ChainFacts = { depth: Long, root?: User, agents: Set<Agent> };
          type AttestFacts = { kinds: Set<Evidence>, age: duration };
          type ApprovalFacts = { count: Long, by: Set<User>, groups: Set<Team> };
          type BudgetFacts = { money?: decimal, tokens?: Long, calls?: Long };
          type LeaseFacts = { renewal: Bool, held: duration };

          action act;
          action call, http, complete, exec, job in [act];
          action read, write, delete, send, pay, admin in [act];
        }

        namespace Plane::Mcp {
          entity Arguments tags String;
          action connect, list in [Plane::Action::"act"] appliesTo { {{Who}}, context: { input: { arguments?: Arguments }, {{Facts}} } };
          action "prompts/get" in [Plane::Action::"act"] appliesTo { {{Who}}, context: { input: { name: String, arguments?: Arguments }, {{Facts}} } };
          action "resources/read" in [Plane::Action::"act"] appliesTo { {{Who}}, context: { input: { uri: String, arguments?: Arguments }, {{Facts}} } };
          action "completion/complete" in [Plane::Action::"act"] appliesTo { {{Who}}, context: { input: { name?: String, uri?: String, arguments?: Arguments }, {{Facts}} } };
          action sampling, elicitation, roots in [Plane::Action::"act"] appliesTo { principal: [Plane::Server], resource: [Plane::Server], context: { input: { arguments?: Arguments }, {{Facts}} } };
        }
        """;

    /// <summary>The schema, read once.</summary>
    internal static Schema Parsed { get; } = Schema.Parse(Text).Require();
}
