using System.Collections.Immutable;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Hosts;

/// <summary>A tool server as a host's file has it.</summary>
/// <param name="Host">The host.</param>
/// <param name="Scope">Which of its files.</param>
/// <param name="File">The file, absolute.</param>
/// <param name="Name">The name that the host gives it.</param>
/// <param name="Command">The program and its arguments; empty where it is an address.</param>
/// <param name="Environment">What is set for the program.</param>
/// <param name="Url">The address, or null.</param>
internal sealed record WrittenServer(
    HostFacts Host, string Scope, string File, string Name, ImmutableArray<string> Command, ImmutableArray<(string Name, string Value)> Environment, string? Url)
{
    /// <summary>The registered server whose front it claims to be; null: it goes past the gate.</summary>
    public string? ClaimsToWrap(InstallationSettings settings)
        => Url is { } url
            ? settings.Gateway.Servers.Keys.FirstOrDefault(s => url == $"{settings.Gateway.Resource}/mcp/{s}")
            : Command.IndexOf("mcp") is var at && at > 0 && at + 2 < Command.Length && Command[at + 1] == "wrap" && settings.Gateway.Servers.ContainsKey(Command[at + 2]) ? Command[at + 2] : null;

    /// <summary>All servers that a host's files have, and the files that cannot be read.</summary>
    public static (ImmutableArray<WrittenServer> Servers, ImmutableArray<string> Unreadable) Of(HostFacts host, string project)
    {
        var servers = ImmutableArray.CreateBuilder<WrittenServer>();
        var unreadable = ImmutableArray.CreateBuilder<string>();
        foreach (var place in host.Servers)
        {
            var path = HostFile.PathOf(project, place.File);
            if (!HostFile.TryRead(path, out var content, out var reason))
            {
                unreadable.Add(reason);
                continue;
            }

            foreach (var member in HostFile.At(content, place.At).Where(m => m.Kind == JsonKind.Object).SelectMany(m => m.Members))
            {
                var value = member.Value;
                ImmutableArray<string> command = value["command"]?.AsString is { } program
                    ? [program, .. (value["args"] is { Kind: JsonKind.Array } args ? args.Items : []).Select(a => a.AsString ?? a.ToString())]
                    : [];
                servers.Add(new WrittenServer(host, place.Scope, path, member.Name, command,
                    [.. (value["env"] is { Kind: JsonKind.Object } env ? env.Members : []).Select(m => (m.Name, m.Value.AsString ?? m.Value.ToString()))], value["url"]?.AsString));
            }
        }

        return (servers.DrainToImmutable(), unreadable.DrainToImmutable());
    }
}
