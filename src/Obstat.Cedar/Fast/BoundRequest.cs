using Obstat.Cedar.Values;

namespace Obstat.Cedar.Fast;

/// <summary>A request in the terms of one compiled set. May be judged again and again, also concurrently.</summary>
public sealed class BoundRequest
{
    internal BoundRequest(Request source, FastStore store, FastEntity principal, FastEntity action, FastEntity resource, CedarRecord context, FastEntity[] minted) =>
        (Source, Store, Principal, Action, Resource, Context, Minted) = (source, store, principal, action, resource, context, minted);

    /// <summary>The request as given.</summary>
    public Request Source { get; }

    internal FastStore Store { get; }

    internal FastEntity Principal { get; }

    internal FastEntity Action { get; }

    internal FastEntity Resource { get; }

    internal CedarRecord Context { get; }

    internal FastEntity[] Minted { get; }

    /// <summary>The store with the entities of this request, where they change the ancestors of stored ones: then only the reference evaluator is right.</summary>
    internal Entities.EntityStore? Overlay { get; init; }
}
