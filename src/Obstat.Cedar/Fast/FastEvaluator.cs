using Obstat.Cedar.Entities;
using Obstat.Cedar.Evaluation;
using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>
/// A policy set compiled: entities that policies name are numbers, names are references, and an index finds the policies whose scope can match. Says always what
/// <see cref="Evaluator"/> says. Immutable; safe for concurrent use, each thread with its own <see cref="FastAnswer"/>.
/// </summary>
public sealed class FastEvaluator
{
    private readonly FastPolicies _policies;

    /// <summary>Compiles. The cost grows with the set; entities are compiled when a decision first looks at them.</summary>
    public FastEvaluator(PolicySet policies, EntityStore entities)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(entities);
        _policies = new(policies);
        Store = new(_policies, entities);
    }

    private FastEvaluator(FastPolicies policies, EntityStore entities) => (_policies, Store) = (policies, new(policies, entities));

    /// <summary>The policies.</summary>
    public PolicySet Policies => _policies.Source;

    /// <summary>The entities.</summary>
    public EntityStore Entities => Store.Source;

    internal FastStore Store { get; }

    /// <summary>The same policies over other entities, such as these with a few changed. Compiles nothing; requests are bound anew.</summary>
    public FastEvaluator With(EntityStore entities)
    {
        ArgumentNullException.ThrowIfNull(entities);
        return new(_policies, entities);
    }

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

            // An entity of the request that changes the ancestors of stored ones is beyond what was compiled.
            overlay = own.Any(Entities.ChangesAncestors) ? over : null;
            for (var i = 0; i < entities.Length; i++)
            {
                entities[i] = new(Store, own[i].Uid, over.Find(own[i].Uid));
            }
        }

        return new(
            request,
            Store,
            Find(request.Principal, entities),
            Find(request.Action, entities),
            Find(request.Resource, entities),
            _policies.Names.Rebuild(request.Context),
            entities)
        { Overlay = overlay };
    }

    /// <summary>Judges a bound request into <paramref name="answer"/>. Allocates nothing, unless a policy makes a set or record of what it finds.</summary>
    public void Decide(BoundRequest request, Mode mode, FastAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(answer);
        if (!ReferenceEquals(request.Store, Store))
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
        (frame.Store, frame.Context, frame.Minted, frame.IsStrict) = (Store, request.Context, request.Minted, mode != Mode.Standard);
        (frame.Principal, frame.Action, frame.Resource) = (request.Principal, request.Action, request.Resource);

        // Where the strict mode may have to report that a scope looked at an absent entity, every policy is asked.
        var isScan = frame.IsStrict && !(request.Principal.IsPresent && request.Action.IsPresent && request.Resource.IsPresent);
        if (isScan)
        {
            foreach (var policy in _policies.All)
            {
                Judge(policy, frame, answer);
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

    private void Probe(Frame frame, FastAnswer answer)
    {
        var index = frame.Action.Policies;
        Judge(index.Always, frame, answer);
        if (index.HasPrincipals)
        {
            Judge(index.OfPrincipal(frame.Principal.Number), frame, answer);
            foreach (var ancestor in frame.Principal.Ancestors)
            {
                Judge(index.OfPrincipal(ancestor), frame, answer);
            }
        }

        if (index.HasResources)
        {
            Judge(index.OfResource(frame.Resource.Number), frame, answer);
            foreach (var ancestor in frame.Resource.Ancestors)
            {
                Judge(index.OfResource(ancestor), frame, answer);
            }
        }

        Judge(index.OfResourceType(frame.Resource.Uid.Type), frame, answer);
        Judge(index.OfPrincipalType(frame.Principal.Uid.Type), frame, answer);
    }

    private void Judge(ScopeIndex.Bucket? bucket, Frame frame, FastAnswer answer)
    {
        if (bucket is null)
        {
            return;
        }

        Judge(bucket.Always, frame, answer);
        if (!bucket.HasResources)
        {
            return;
        }

        Judge(bucket.OfResource(frame.Resource.Number), frame, answer);
        foreach (var ancestor in frame.Resource.Ancestors)
        {
            Judge(bucket.OfResource(ancestor), frame, answer);
        }
    }

    private void Judge(int[] candidates, Frame frame, FastAnswer answer)
    {
        foreach (var candidate in candidates)
        {
            Judge(_policies.All[candidate], frame, answer);
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

        return Store.Find(uid);
    }
}
