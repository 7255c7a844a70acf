using System.Collections.Immutable;
using Obstat.Cedar;
using Obstat.Cedar.Entities;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;
using Obstat.Core.Identities;
using Obstat.Core.Requests;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;

namespace Obstat.Core.Decisions;

public sealed partial class Decided
{
    /// <summary>
    /// Judges who asked for what, under one snapshot. Pure: the same inputs give the same decision, whatever the order of policies and entities. Who was not verified, what is not pinned,
    /// what does not bind, what touches an absent entity, and whatever no policy permits is denied.
    /// </summary>
    public static class Authorizer
    {
        private const int HintLengthMax = 600;
        private const int ApprovalsAskedMax = 8;

        // What a server may want to ask the agent's side, by the last segment of the wire action.
        private static readonly ImmutableArray<string> ServerActions = ["elicitation", "roots", "sampling"];

        // Graver first.
        private static readonly ImmutableArray<string> Gravity = ["admin", "pay", "delete", "send", "write", "read"];

        /// <summary>Decides.</summary>
        /// <param name="identified">Who asked for what.</param>
        /// <param name="snapshot">The snapshot that verified the identity.</param>
        /// <param name="freshness">How old its trust is.</param>
        /// <param name="now">The plane's clock, UTC.</param>
        /// <param name="held">How long the execution has been running, where it is decided again; null for a request that has not begun.</param>
        public static Decided Decide(Identified identified, Snapshot snapshot, Freshness freshness, DateTimeOffset now, TimeSpan? held = null) => Decide(identified, snapshot, freshness, now, held, null);

        /// <summary>Decides, and tells what the policies were asked.</summary>
        internal static Decided Decide(Identified identified, Snapshot snapshot, Freshness freshness, DateTimeOffset now, TimeSpan? held, Action<EntityStore, Request>? asked)
        {
            ArgumentNullException.ThrowIfNull(identified);
            ArgumentNullException.ThrowIfNull(snapshot);

            // A probe is judged by the same code under the built-in law; but a plane that has no law refuses it like everything else.
            var probed = identified.IsCanary && snapshot.World.Law.IsInForce;
            var (decision, found) = new Judgement(identified, probed ? CanaryLaw.World : snapshot.World, now, held, probed ? null : asked).Reach();
            return new Decided(identified, snapshot, freshness, now, decision, found);
        }

        private sealed class Judgement(Identified identified, World world, DateTimeOffset now, TimeSpan? held, Action<EntityStore, Request>? asked)
        {
            private readonly ExecutionRequest _request = identified.Request;
            private ImmutableArray<string> _visible = AllThatWasAsked(identified.Request);
            private ImmutableArray<string> _obligations = [];
            private bool _readsLaw;
            private string? _hint;
            private Request? _asked;

            public (Decision Decision, Findings Found) Reach()
            {
                var decision = Decide();
                return (decision, new Findings(_readsLaw, ClassOf(), decision.IsAllowed ? _obligations : [], _visible, decision.IsAllowed ? null : _hint, _asked));
            }

            // Answers that do not depend on whether the tool exists: to name what was asked for tells nothing.
            private static ImmutableArray<string> AllThatWasAsked(ExecutionRequest request) => request.IsToolCall ? [request.Action.Name!] : [];

            private Decision Decide()
            {
                if (!identified.IsVerified)
                {
                    return Decision.Deny(identified.Refusal.Reason, identified.Refusal.Detail);
                }

                _readsLaw = true;
                var law = world.Law;
                if (!law.IsInForce)
                {
                    return Decision.Deny(law.Reason);
                }

                if (law.Policies.Policies.All(p => p.Effect != Effect.Permit || Listing.IsOver(p, now)))
                {
                    return Decision.Deny(DenyReason.PolicyMissing, "every permit reached its end");
                }

                _visible = [];
                if (!world.Trust.Servers.TryGetValue(_request.Server, out var server))
                {
                    return Decision.DenyMissing([CedarNames.ServerUid(_request.Server).ToString()]);
                }

                var principal = World.PrincipalUid(identified.Principal!.Kind, identified.Principal.Id);
                var minted = Mint(principal);
                if (minted.Attributes.TryGet("active", out var active) && active is CedarBool { Value: false })
                {
                    return Decision.Deny(DenyReason.Revoked, "the principal is not active");
                }

                return world.Entities.With(WithClient(minted)).TryGet(out var entities)
                    ? DecideFor(server, principal, entities)
                    : Decision.Deny(DenyReason.Fault, "the principal does not fit the store");
            }

            private Decision DecideFor(PinnedServer server, EntityUid principal, EntityStore entities)
            {
                if (_request.IsToolCall)
                {
                    var name = _request.Action.Name!;
                    _visible = Listing.Shows(world, entities, principal, server, name, now) ? [name] : [];
                    return CallTool(server, name, principal, entities);
                }

                var argumentsUid = _request.Action.Arguments is null ? null : new EntityUid(CedarNames.McpArguments, "/arguments");
                if (!TryArguments(argumentsUid, out var arguments))
                {
                    _hint = "/arguments";
                    return Decision.Deny(DenyReason.Malformed, "expected arguments that are strings");
                }

                var action = new EntityUid(CedarNames.McpAction, _request.Action.WireAction["mcp.".Length..]);
                var input = Circumstances.InputOf(_request, argumentsUid);

                // What a server asks it asks for itself: a policy about an agent never speaks for the servers that the agent uses.
                var asks = WireActions.IsOfServer(_request.Action.WireAction) ? CedarNames.ServerUid(server.Name) : principal;
                var decision = Evaluate(asks, action, entities, arguments, Circumstances.Of(identified, input, CedarRecord.Empty, [], null, now, held));
                if (_request.Action.WireAction == WireActions.McpList && decision.IsAllowed)
                {
                    _visible = _request.Action.Method == "tools/list"
                        ? [.. server.Tools.Keys.Where(tool => Listing.Shows(world, entities, principal, server, tool, now))]
                        : ["*"];
                }

                if (_request.Action.WireAction == WireActions.McpConnect && decision.IsAllowed)
                {
                    _visible = [.. ServerActions.Where(name => Listing.Asks(world, entities, server, name, now))];
                }

                return decision;
            }

            private Decision CallTool(PinnedServer server, string name, EntityUid principal, EntityStore entities)
            {
                if (!server.Tools.TryGetValue(name, out var tool))
                {
                    return Decision.Deny(DenyReason.AttestationBroken, "the tool is not pinned");
                }

                if (_request.Action.ToolHash != tool.ToolHash)
                {
                    return Decision.Deny(DenyReason.AttestationBroken, _request.Action.ToolHash is null ? "the server lists no tool of that name" : "the tool is not the one that was approved");
                }

                if (!world.Inputs[server.Name].TryGetValue(name, out var reader))
                {
                    return Decision.Deny(DenyReason.UnknownAction, "the input schema of the tool cannot be mapped");
                }

                var arguments = _request.Action.Arguments ?? JsonValue.EmptyObject;
                if (!reader.TryBind(arguments, out var input, out var made, out var pointer)
                    || !Facets.TryFill(world.Law.Settings.ClassesOf(server.Name, name), arguments, out var facet, out pointer))
                {
                    _hint = pointer;
                    return Decision.Deny(DenyReason.Malformed, $"the arguments do not bind at \"{pointer}\"");
                }

                var context = Circumstances.Of(identified, input, facet, input.Names, CedarNames.ToolUid(server.Name, name), now, held);
                return Evaluate(principal, CedarNames.ActionUid(server.Name, name), entities, made, context);
            }

            /// <summary>Gates two and three: every entity that the request names is there, then the strict evaluation.</summary>
            private Decision Evaluate(EntityUid principal, EntityUid action, EntityStore minted, ImmutableArray<Entity> made, CedarRecord context)
            {
                var resource = CedarNames.ServerUid(_request.Server);
                var store = made.IsEmpty ? minted : minted.With(made).TryGet(out var with) ? with : null;
                if (store is null)
                {
                    return Decision.Deny(DenyReason.Fault, "the arguments do not fit the store");
                }

                var missing = new Entity(resource, context, [principal, action, resource]).References().Where(uid => !store.IsPresent(uid));
                if (missing.Any())
                {
                    return Decision.DenyMissing(missing.Select(uid => uid.ToString()));
                }

                var request = _asked = new Request(principal, action, resource, context);
                asked?.Invoke(store, request);
                var decision = Decision.From(Ask(store, request));
                if (decision.Reason is DenyReason.NotPermitted or DenyReason.Forbidden)
                {
                    _hint = HintOf(decision, store, request);
                    return ApprovalFor(decision, store, request) is { } wanted ? Decision.Deny(DenyReason.ApprovalRequired, $"{wanted.Count} of {wanted.Team}") : decision;
                }

                return decision.IsAllowed ? Oblige(decision) : decision;
            }

            private Verdicts? Ask(EntityStore store, Request request)
            {
                var answer = world.Evaluators.Ask(store, request);
                return answer is null ? null : new Verdicts(
                    [.. answer.Permits.Where(id => world.Law.Policies.TryGet(id, out var permit) && !Listing.IsOver(permit, now)).Select(IdOf)],
                    [.. answer.Forbids.Select(IdOf)],
                    [.. answer.Errors.Select(e => new PolicyFailure(IdOf(e.PolicyId), e.Kind.ToString()))],
                    [.. answer.Missing.Select(m => m.Entity.ToString()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
            }

            /// <summary>The union of what the determining permits require; one that the point did not declare denies.</summary>
            private Decision Oblige(Decision decision)
            {
                _obligations = [.. decision.Policies
                    .Select(id => world.Law.Policies.TryGet(id.ToString(), out var policy) ? policy.AnnotationOf("require") : null)
                    .OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                return _obligations.All(_request.At.Obligations.Contains)
                    ? decision
                    : Decision.Deny(DenyReason.NotPermitted, "obligation: " + string.Join(", ", _obligations.Where(o => !_request.At.Obligations.Contains(o))));
            }

            /// <summary>What approval would turn this refusal into an allow, by the same pure function; null for none.</summary>
            private ApprovalWanted? ApprovalFor(Decision refused, EntityStore store, Request request)
            {
                var annotated = world.Law.Policies.MatchingScope(store, request.Principal, request.Action, request.Resource).Where(p => p.AnnotationOf("approval") is not null).ToArray();
                if (refused.Policies.Any(id => !annotated.Any(p => p.Id == id.ToString())))
                {
                    return null;
                }

                foreach (var text in annotated.Select(p => p.AnnotationOf("approval")!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(ApprovalsAskedMax))
                {
                    if (ApprovalWanted.TryParse(text, out var wanted) && new EntityUid(CedarNames.Team, wanted.Team) is var team && store.IsPresent(team)
                        && Decision.From(Ask(store, request with { Context = Circumstances.Approved(request.Context, wanted.Count, store.AncestorsOf(team).Add(team)) })).IsAllowed)
                    {
                        return wanted;
                    }
                }

                return null;
            }

            /// <summary>What authors wrote for agents: of the forbids that apply, or of the permits that are near.</summary>
            private string? HintOf(Decision decision, EntityStore store, Request request)
            {
                var forbids = decision.Policies;
                var messages = world.Law.Policies.MatchingScope(store, request.Principal, request.Action, request.Resource)
                    .Where(p => forbids.IsEmpty ? p.Effect == Effect.Permit && !Listing.IsOver(p, now) : forbids.Any(id => id.ToString() == p.Id))
                    .OrderBy(p => p.Id, StringComparer.Ordinal)
                    .Select(p => p.AnnotationOf("agent_message"))
                    .OfType<string>().Where(m => m.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
                var hint = string.Join(' ', messages);
                return hint.Length == 0 ? null : hint.Length <= HintLengthMax ? hint : messages[0].Length <= HintLengthMax ? messages[0] : null;
            }

            /// <summary>Who asks: claims from the assertion, everything else from the entity files.</summary>
            private Entity Mint(EntityUid uid)
            {
                var known = world.Entities.TryGet(uid, out var stored) ? stored : null;
                var attributes = known?.Attributes ?? CedarRecord.Empty;
                var tags = identified.Principal!.Claims.Select(c => KeyValuePair.Create<string, CedarValue>(c.Key, CedarValue.SetOf(c.Value.Select(v => CedarValue.Of(v)))));
                return new Entity(uid, attributes.TryGet("active", out _) ? attributes : attributes.With("active", CedarValue.Of(true)), known?.Parents, CedarValue.RecordOf(tags));
            }

            private IEnumerable<Entity> WithClient(Entity principal)
            {
                yield return principal;
                var client = World.PrincipalUid(PrincipalKind.Agent, identified.Client!);
                if (client != principal.Uid && !world.Entities.IsPresent(client))
                {
                    yield return new Entity(client, CedarValue.RecordOf(("active", CedarValue.Of(true))));
                }
            }

            private bool TryArguments(EntityUid? uid, out ImmutableArray<Entity> entities)
            {
                entities = [];
                if (uid is null || _request.Action.WireAction is WireActions.McpConnect or WireActions.McpList || WireActions.IsOfServer(_request.Action.WireAction))
                {
                    // What a client says of itself when it connects is never identity, a cursor is the gateway's own, what a server asks is text: policies see none of them.
                    entities = uid is null ? [] : [new Entity(uid)];
                    return true;
                }

                var flat = Flat(_request.Action.Arguments!, "").ToArray();
                if (flat.Any(p => p.Value is null))
                {
                    return false;
                }

                entities = [new Entity(uid, tags: CedarValue.RecordOf(flat.Select(p => KeyValuePair.Create<string, CedarValue>(p.Name, CedarValue.Of(p.Value!)))))];
                return true;
            }

            // Prompts and completions take strings, at most grouped in objects: each becomes a tag under its path.
            private static IEnumerable<(string Name, string? Value)> Flat(JsonValue value, string at)
                => value.Kind == JsonKind.Object ? value.Members.SelectMany(m => Flat(m.Value, at.Length == 0 ? m.Name : $"{at}/{m.Name}")) : [(at, value.AsString)];

            private string ClassOf()
            {
                var classes = _request.IsToolCall && _request.Action.Name is { } tool ? world.Law.Settings.ClassesOf(_request.Server, tool).Keys : [];
                return Gravity.FirstOrDefault(g => classes.Contains(g, StringComparer.Ordinal)) ?? "none";
            }

            private static PolicyId IdOf(string id) => PolicyId.TryParse(id, out var parsed) ? parsed : throw new InvalidOperationException("a policy has an id");
        }
    }
}
