using Obstat.Cedar.Entities;
using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Syntax;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>
/// A policy set compiled with a store: entities are numbers, names are references, and an index finds the policies whose scope can match. Says always what
/// <see cref="Evaluator"/> says. Immutable; safe for concurrent use, each thread with its own <see cref="FastAnswer"/>.
/// </summary>
public sealed class FastEvaluator
{
    private readonly FastStore _store;
    private readonly FastPolicy[] _policies;
    private readonly Dictionary<int, ScopeIndex> _byAction = [];
    private readonly ScopeIndex _ofOtherActions;

    /// <summary>Compiles. The cost grows with the sizes of the set and of the store.</summary>
    public FastEvaluator(PolicySet policies, EntityStore entities)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(entities);
        Policies = policies;
        _store = new(entities);
        var compiler = new Compiler(_store);
        _policies = [.. policies.Policies.Select(p => new FastPolicy(p, _store, compiler))];
        IndexActions();

        // Of an action that nobody knows, only policies without constraint can say something; the strict mode wants to know of the others that they looked.
        _ofOtherActions = new(_policies, Enumerable.Range(0, _policies.Length));
    }

    /// <summary>The policies.</summary>
    public PolicySet Policies { get; }

    /// <summary>The entities.</summary>
    public EntityStore Entities => _store.Source;

    /// <summary>Binds a request, once for any number of decisions.</summary>
    /// <param name="request">The request.</param>
    /// <param name="minted">Entities of this request alone, over those of the store. Refuses what <see cref="EntityStore.With"/> refuses, with <see cref="ArgumentException"/>.</param>
    public BoundRequest Bind(Request request, params IEnumerable<Entity> minted)
    {
        ArgumentNullException.ThrowIfNull(request);
        var own = minted as IReadOnlyList<Entity> ?? [.. minted];
        var entities = own.Count == 0 ? [] : new FastEntity[own.Count];
        EntityStore? overlay = null;
        if (own.Count > 0)
        {
            var store = Entities.With(own);
            if (!store.TryGet(out var over))
            {
                throw new ArgumentException(string.Join("; ", store.Diagnostics), nameof(minted));
            }

            // An entity of the request with ancestors that have no number, or that is a parent of stored ones, is beyond what was compiled.
            overlay = own.Any(e => Entities.IsParent(e.Uid) || over.AncestorList(e.Uid).Any(a => _store.Find(a) is null)) ? over : null;
            for (var i = 0; i < entities.Length; i++)
            {
                var known = _store.Find(own[i].Uid);
                var uid = own[i].Uid.WithOwnSlot(_store.Names.Find(own[i].Uid.Type));
                entities[i] = new(_store, known?.Index ?? FastEntity.UnknownIndex, uid);
                uid.Slot = entities[i];
                int[] ancestors = overlay is null ? [.. over.AncestorList(own[i].Uid).Select(a => _store.Find(a)!.Index).Order()] : [];
                _store.Fill(entities[i], own[i], ancestors, isCompiling: false);
            }
        }

        return new(
            request,
            _store,
            Find(request.Principal, entities),
            Find(request.Action, entities),
            Find(request.Resource, entities),
            _store.Rebuild(request.Context, isCompiling: false),
            entities)
        { Overlay = overlay };
    }

    /// <summary>Judges a bound request into <paramref name="answer"/>. Allocates nothing, unless a policy makes a set or record of what it finds.</summary>
    public void Decide(BoundRequest request, Mode mode, FastAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        if (!ReferenceEquals(request.Store, _store))
        {
            throw new ArgumentException("a request is judged by the set that bound it", nameof(request));
        }

        if (request.Overlay is not null)
        {
            answer.Copy(Evaluator.Decide(Policies, request.Overlay, request.Source, mode), Policies);
            return;
        }

        answer.Open(mode);
        var frame = answer.Frame;
        (frame.Store, frame.Context, frame.Minted, frame.IsStrict) = (_store, request.Context, request.Minted, mode != Mode.Standard);
        (frame.Principal, frame.Action, frame.Resource) = (request.Principal, request.Action, request.Resource);

        // Where the strict mode may have to report that a scope looked at an absent entity, every policy is asked.
        var isScan = frame.IsStrict && !(request.Principal.IsPresent && request.Action.IsPresent && request.Resource.IsPresent);
        if (isScan)
        {
            for (var i = 0; i < _policies.Length; i++)
            {
                Judge(_policies[i], frame, answer);
            }
        }
        else
        {
            Probe(frame, answer);
        }

        answer.Close();
    }

    /// <summary>Binds and judges one request.</summary>
    public CedarAnswer Decide(Request request, Mode mode, params IEnumerable<Entity> minted)
    {
        var answer = new FastAnswer();
        Decide(Bind(request, minted), mode, answer);
        return answer.ToAnswer();
    }

    /// <summary>One index for each known action; actions that the same policies speak of share it.</summary>
    private void IndexActions()
    {
        var ofAny = new List<int>();
        var byEntity = new Dictionary<int, List<int>>();
        for (var i = 0; i < _policies.Length; i++)
        {
            if (_policies[i].Action.Kind == ScopeKind.Any)
            {
                ofAny.Add(i);
                continue;
            }

            foreach (var entity in _policies[i].Action.Entities)
            {
                if (!byEntity.TryGetValue(entity, out var named))
                {
                    byEntity.Add(entity, named = []);
                }

                named.Add(i);
            }
        }

        var shared = new Dictionary<string, ScopeIndex>(StringComparer.Ordinal);
        foreach (var action in _store.All.Where(e => e.Uid.IsAction).ToList())
        {
            var named = action.Ancestors.Append(action.Index).Where(byEntity.ContainsKey).Order().ToArray();
            var key = string.Join(',', named);
            if (!shared.TryGetValue(key, out var index))
            {
                // A policy on == is told apart from one on in by the policy itself; the index may only hold too many.
                index = new(_policies, named.SelectMany(e => byEntity[e]).Concat(ofAny).Distinct().Order());
                shared[key] = index;
            }

            _byAction.Add(action.Index, index);
        }
    }

    private void Probe(Frame frame, FastAnswer answer)
    {
        // The groups of an action that came with the request are not those that the index knows.
        var index = frame.Action.Index != FastEntity.UnknownIndex && Array.IndexOf(frame.Minted, frame.Action) < 0
            && _byAction.TryGetValue(frame.Action.Index, out var known) ? known : _ofOtherActions;
        Judge(index.Always, frame, answer);
        if (index.HasResources)
        {
            Judge(index.OfResource(frame.Resource.Index), frame, answer);
            foreach (var ancestor in frame.Resource.Ancestors)
            {
                Judge(index.OfResource(ancestor), frame, answer);
            }
        }

        if (index.HasPrincipals)
        {
            Judge(index.OfPrincipal(frame.Principal.Index), frame, answer);
            foreach (var ancestor in frame.Principal.Ancestors)
            {
                Judge(index.OfPrincipal(ancestor), frame, answer);
            }
        }

        Judge(index.OfResourceType(frame.Resource.Uid.Type), frame, answer);
        Judge(index.OfPrincipalType(frame.Principal.Uid.Type), frame, answer);
    }

    private void Judge(int[] candidates, Frame frame, FastAnswer answer)
    {
        foreach (var candidate in candidates)
        {
            Judge(_policies[candidate], frame, answer);
        }
    }

    private static void Judge(FastPolicy policy, Frame frame, FastAnswer answer)
    {
        frame.Missing = null;
        switch (policy.Judge(frame, out var span))
        {
            case Satisfaction.Satisfied:
                answer.Satisfied(policy);
                break;
            case Satisfaction.Error:
                answer.Failed(policy, frame.Error, span);
                break;
            case Satisfaction.Missing:
                answer.Missed(policy, frame.Missing!, span);
                break;
            default:
                break;
        }
    }

    private FastEntity Find(EntityUid uid, FastEntity[] minted)
    {
        foreach (var entity in minted)
        {
            if (entity.Uid.Equals(uid))
            {
                return entity;
            }
        }

        return _store.FindOrUnknown(uid);
    }
}
