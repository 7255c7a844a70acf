using System.Collections.Immutable;
using Obstat.Proof.Pins;

namespace Obstat.Settings;

/// <summary>An MCP server behind the gateway: a program that the gateway starts, or a URL. Exactly one of <see cref="Command"/> and <see cref="Url"/> is set.</summary>
/// <param name="Name">Registered name, <c>[a-z0-9][a-z0-9_-]{0,31}</c> without <c>__</c>.</param>
/// <param name="Command">Program to start: absolute, or a bare name that is looked up in <c>PATH</c>.</param>
/// <param name="Arguments">Its arguments, each as it stands.</param>
/// <param name="Folder">Its working folder, absolute.</param>
/// <param name="Environment">Variables that it gets beside <c>PATH</c>, <c>HOME</c> and <c>LANG</c>; nothing else of the gateway's environment reaches it.</param>
/// <param name="Url">Streamable HTTP endpoint: <c>http</c> on loopback or <c>https</c>.</param>
public sealed record UpstreamSettings(
    string Name, string? Command, ImmutableArray<string> Arguments, string Folder, ImmutableSortedDictionary<string, SecretSource> Environment, Uri? Url)
{
    /// <summary>What a pin of its tools says the server is. The command line that pins and the gateway that compares make it by this one line.</summary>
    public ServerIdentity Identity => Url is { } url ? ServerIdentity.OfUrl(Name, url.OriginalString) : ServerIdentity.OfCommand(Name, [Command!, .. Arguments]);
}
