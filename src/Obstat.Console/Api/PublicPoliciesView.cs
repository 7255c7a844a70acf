using System.Collections.Immutable;

namespace Obstat.Console.Api;

/// <summary>What everybody may know of the law.</summary>
/// <param name="Digest">Digest of the law in force, hex, as its activation names it; null: none decides.</param>
/// <param name="History">Activations, newest first, at most 20.</param>
/// <param name="Policies">The policies in force that are annotated <c>@public("true")</c>, by id.</param>
public sealed record PublicPoliciesView(string? Digest, ImmutableArray<PublicActivationView> History, ImmutableArray<PublicPolicyView> Policies);
