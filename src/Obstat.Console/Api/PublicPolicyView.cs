namespace Obstat.Console.Api;

/// <summary>A policy that its authors publish.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Effect"><c>permit</c> or <c>forbid</c>.</param>
/// <param name="Text">Its text.</param>
public sealed record PublicPolicyView(string Id, string Effect, string Text);
